/**
 * Which grid points exist, as src/lattice/occupancy.ts refreshes and resamples it, bit for bit: densities are compared with a threshold that
 * separates the same 32-bit numbers, and nearest points come from the host.
 *
 *     occupied = was occupied & the largest density of the 3x3x3 neighbourhood > occupancyDensity
 *
 * Work: one thread a word of four points, before the leap map is made anew (leap-map.ts), whose 0 is "was occupied". Cost of a point that was
 * occupied: at most 27 densities, which its neighbours read too; of others none.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl } from '../../../../renderer/wgsl/work.ts';
import { axesBuffers, axesWgsl } from './scale-grid.ts';

const WORKGROUP = 64;

/** Workgroups of `refreshOccupancy`. */
export function refreshDispatch(voxels: number): [x: number, y: number] {
  return dispatchOf(Math.ceil(voxels / 4), WORKGROUP);
}

/**
 * Binds `occupancy` [V] bytes, 0 or 1.
 *
 * @param scaled `leap` is still that of the grid before scaling
 */
export function refreshOccupancy(scaled: boolean): KernelText {
  return {
    name: scaled ? 'scaleOccupancy' : 'refreshOccupancy',
    buffers: {
      grid: 'uniform Grid',
      density: 'read array<f32>',
      leap: 'read array<u32>',
      occupancy: 'write array<u32>',
      ...(scaled ? axesBuffers : {}),
    },
    code: /* wgsl */ `
${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${scaled ? axesWgsl + scaledPoint : samePoint}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = linearIndex(id, groups);
  let size = vec3<i32>(grid.nx, grid.ny, grid.nz);
  let points = size.x * size.y * size.z;
  if (i32(4u * word) >= points) { return; }
  var bytes = 0u;
  for (var k = 0u; k < 4u; k++) {
    let point = i32(4u * word + k);
    if (point >= points) { break; }
    let at = vec3<i32>(point % size.x, (point / size.x) % size.y, point / (size.x * size.y));
    if (wasOccupied(oldPoint(point, at)) && exceedsNear(at, size)) { bytes |= 1u << (8u * k); }
  }
  occupancy[word] = bytes;
}

fn wasOccupied(point: i32) -> bool {
  if (point < 0) { return false; }
  return ((leap[point / 4] >> u32(8 * (point % 4))) & 255u) == 0u;
}

fn exceedsNear(at: vec3<i32>, size: vec3<i32>) -> bool {
  let low = max(at - 1, vec3<i32>(0));
  let high = min(at + 1, size - 1);
  for (var z = low.z; z <= high.z; z++) {
    for (var y = low.y; y <= high.y; y++) {
      for (var x = low.x; x <= high.x; x++) {
        if (density[x + size.x * (y + size.y * z)] > grid.occupancyDensity) { return true; }
      }
    }
  }
  return false;
}
`,
  };
}

const samePoint = /* wgsl */ `
fn oldPoint(point: i32, at: vec3<i32>) -> i32 { return point; }
`;

const scaledPoint = /* wgsl */ `
/** The nearest point of the grid before; -1 outside of its box. */
fn oldPoint(point: i32, at: vec3<i32>) -> i32 {
  let nearest = vec3<i32>(axisX(at).nearest, axisY(at).nearest, axisZ(at).nearest);
  if (any(nearest < vec3<i32>(0))) { return -1; }
  return nearest.x + fromGrid.nx * (nearest.y + fromGrid.ny * nearest.z);
}
`;
