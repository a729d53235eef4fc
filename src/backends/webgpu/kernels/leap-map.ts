/**
 * The leap map: Chebyshev distance of every grid point to the nearest occupied one, up to LEAP_LIMIT, one byte a point.
 *
 * The Chebyshev distance separates: with d1 the distance along x alone, d2(y) = min over y' of max(|y - y'|, d1(y')), and likewise along z.
 * Three passes, one along each axis; one thread a word of four points. Cost of a point: at most 2 * LEAP_LIMIT bytes read a pass, fewer
 * near occupied points. Runs only when the occupancy changes.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl } from '../../../../renderer/wgsl/work.ts';

/** Farther is not looked: a leap of 14 points is some 28 steps. */
const LEAP_LIMIT = 15;
const WORKGROUP = 64;

export function leapDispatch(voxels: number): [x: number, y: number] {
  return dispatchOf(Math.ceil(voxels / 4), WORKGROUP);
}

/** Binds `source` and `distances`, bytes of points. The first pass, along x, reads an occupancy of 0 or 1. */
export function leapPass(axis: 0 | 1 | 2): KernelText {
  const along = (['x', 'y', 'z'] as const)[axis];
  const stride = ['1', 'size.x', 'size.x * size.y'][axis];
  return {
    name: `leap-${along}`,
    buffers: { grid: 'uniform Grid', source: 'read array<u32>', distances: 'write array<u32>' },
    code: /* wgsl */ `
${gridStruct.wgsl}${linearWgsl(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let word = linearIndex(id, groups);
  let points = grid.nx * grid.ny * grid.nz;
  if (i32(4u * word) >= points) { return; }
  var bytes = 0u;
  for (var k = 0u; k < 4u; k++) {
    let point = i32(4u * word + k);
    if (point < points) { bytes |= u32(distanceAt(point)) << (8u * k); }
  }
  distances[word] = bytes;
}

fn distanceAt(point: i32) -> i32 {
  let size = vec3<i32>(grid.nx, grid.ny, grid.nz);
  let at = vec3<i32>(point % size.x, (point / size.x) % size.y, point / (size.x * size.y));
  var best = valueAt(point);
  for (var k = 1; k < best; k++) {
    if (at.${along} >= k) { best = min(best, max(k, valueAt(point - k * ${stride}))); }
    if (at.${along} + k < size.${along}) { best = min(best, max(k, valueAt(point + k * ${stride}))); }
  }
  return best;
}

fn valueAt(point: i32) -> i32 {
  let byte = i32((source[point / 4] >> u32(8 * (point % 4))) & 255u);
  ${axis === 0 ? `return select(0, ${LEAP_LIMIT}, byte == 0);` : 'return byte;'}
}
`,
  };
}
