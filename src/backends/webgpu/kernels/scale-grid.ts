/**
 * A grid resampled onto another, plane by plane, as src/lattice/resample-grid.ts does it, in single precision (DVGO `scale_volume_grid`). Where the
 * points of the new grid lie in the old one is worked out by the host, axis by axis, so that a point between two is given to the same one.
 *
 * Work: one thread a point and plane. Cost of a point: eight values of the plane read, one written, 36 bytes of places, mostly from the cache.
 */
import type { GridSpec } from '../../../geometry/grid.ts';
import { planeType, type PlaneChannels } from '../../../../renderer/wgsl/feature-planes.ts';
import { interpolationWgsl } from '../../../../renderer/wgsl/gather.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { densePoints } from '../../../../renderer/wgsl/points.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl } from '../../../../renderer/wgsl/work.ts';
import { nearestPoints } from '../../../lattice/occupancy.ts';
import { alignAxis } from '../../../lattice/resample-grid.ts';

/** Points along x, y and z together that the buffer `axes` has room for. */
export const MOST_AXIS_POINTS = 2 ** 16;
export const AXIS_POINT_BYTES = 12;
const WORKGROUP = 64;

/** What a kernel reads of the old grid; `axes` from `packAxes`. */
export const axesBuffers = { fromGrid: 'uniform Grid', axes: 'read array<AxisPoint>' } as const;

export const axesWgsl = /* wgsl */ `
/** The point at or below in the old grid, the weight of the next, and the nearest, -1 outside of its box. */
struct AxisPoint { base: i32, fraction: f32, nearest: i32 }
fn axisX(at: vec3<i32>) -> AxisPoint { return axes[at.x]; }
fn axisY(at: vec3<i32>) -> AxisPoint { return axes[grid.nx + at.y]; }
fn axisZ(at: vec3<i32>) -> AxisPoint { return axes[grid.nx + grid.ny + at.z]; }
`;

/** [nx + ny + nz] AxisPoint */
export function packAxes(from: GridSpec, to: GridSpec): ArrayBuffer {
  const bytes = new ArrayBuffer(AXIS_POINT_BYTES * axisPoints(to));
  const [words, floats] = [new Int32Array(bytes), new Float32Array(bytes)];
  let at = 0;
  for (const axis of [0, 1, 2]) {
    const { base, fraction } = alignAxis(from, to, axis);
    nearestPoints(from, to, axis).forEach((nearest, i) => {
      words[at++] = base[i];
      floats[at++] = fraction[i];
      words[at++] = nearest;
    });
  }
  return bytes;
}

export function axisPoints({ size: [nx, ny, nz] }: GridSpec): number {
  return nx + ny + nz;
}

/** Workgroups of `resamplePlane`, onto a grid of so many voxels. */
export function resampleDispatch(voxels: number): [x: number, y: number] {
  return dispatchOf(voxels, WORKGROUP);
}

/** Binds one plane, `source` of the old grid and `resampled` of the new one. */
export function resamplePlane(channels: PlaneChannels): KernelText {
  const type = planeType(channels);
  return {
    name: `resample${channels}`,
    buffers: { grid: 'uniform Grid', ...axesBuffers, source: `read array<${type}>`, resampled: `write array<${type}>` },
    code: /* wgsl */ `
${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${densePoints('fromGrid').wgsl}${axesWgsl}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let point = i32(linearIndex(id, groups));
  if (point >= grid.nx * grid.ny * grid.nz) { return; }
  let at = vec3<i32>(point % grid.nx, (point / grid.nx) % grid.ny, point / (grid.nx * grid.ny));
  let x = axisX(at);
  let y = axisY(at);
  let z = axisZ(at);
  let base = x.base + fromGrid.nx * (y.base + fromGrid.ny * z.base);
  resampled[point] = sourceAt(u32(base), vec3<f32>(x.fraction, y.fraction, z.fraction));
}
${interpolationWgsl('source', { channels, half: false })}`,
  };
}
