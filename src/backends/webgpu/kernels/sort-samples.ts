/**
 * The density samples of a step, sorted by the cell (base voxel) they lie in, so that a voxel can add up its gradient from the samples of the
 * eight cells around it: no atomic sums of floats, always the same order, and no gradient buffer of the grid's size. Cells, marks and touched voxels
 * are named by the addresses of their points (renderer/wgsl/points.ts).
 *
 *     binSamples      a sample takes a number in its cell
 *     touchVoxels     with dense total variation: every voxel is touched
 *     placeCells      the sample with number 0 reserves the cell's segment and lists the cell's corners as touched voxels
 *     fillCells       samples go into the segments, in whatever order their numbers came
 *     sortSamples     a sample's final place in its segment is the number of earlier samples there: the order of the rays and steps
 *     planVoxels      dispatches over the touched voxels
 *     clearCells      afterwards: counts and marks of the touched voxels are 0 again, so that nothing of the grid's size is ever cleared
 *
 * Segments lie wherever placeCells came first, which no result depends on. One thread a sample, or a touched voxel.
 * Cost of a sample: about 110 bytes, one atomic, and n reads in a cell of n samples; of a touched cell 9 more atomics.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import type { PointAddresses } from '../../../../renderer/wgsl/points.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl, WORK, type DispatchEntry } from '../../../../renderer/wgsl/work.ts';

const WORKGROUP = 256;
/** Touched voxels of a workgroup, for all kernels over them. */
const VOXELS_PER_WORKGROUP = 64;
/** Words of `voxelList` before the voxels: how many there are, and rows that segments have taken. */
export const VOXEL_LIST_HEADER = 2;

export const sortEntry: DispatchEntry = { name: 'sort', of: 'densitySamples', times: 1, per: WORKGROUP };

/** `body` once for every density sample, which it knows as `row`. Needs `work`. */
export const perSample = (body: string): string => /* wgsl */ `
${linearWgsl(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = linearIndex(id, groups);
  if (row >= work[${WORK.densitySamples}]) { return; }
${body}}
`;

const atomicCell = 'struct Cell { count: atomic<u32>, start: u32 }\n';

export const binSamples = ({ tables, wgsl }: PointAddresses): KernelText => ({
  name: 'binSamples',
  buffers: {
    grid: 'uniform Grid',
    work: 'read array<u32>',
    packedPlaces: 'read array<vec4<u32>>',
    cells: 'write array<Cell>',
    numbers: 'write array<u32>',
  },
  tables,
  code:
    gridStruct.wgsl + wgsl + atomicCell + perSample(`  numbers[row] = atomicAdd(&cells[baseAddress(packedPlaces[row].x)].count, 1u);\n`),
});

export const placeCells = ({ tables, wgsl }: PointAddresses): KernelText => ({
  name: 'placeCells',
  buffers: {
    grid: 'uniform Grid',
    work: 'read array<u32>',
    packedPlaces: 'read array<vec4<u32>>',
    numbers: 'read array<u32>',
    cells: 'write array<vec2<u32>>',
    voxelMarks: 'write array<atomic<u32>>',
    voxelList: 'write array<atomic<u32>>',
  },
  tables,
  code:
    gridStruct.wgsl +
    wgsl +
    perSample(/* wgsl */ `
  if (numbers[row] > 0u) { return; }
  let base = packedPlaces[row].x;
  let cell = baseAddress(base);
  cells[cell].y = atomicAdd(&voxelList[1], cells[cell].x);
  let corners = cornersOf(base);
  for (var corner = 0u; corner < 8u; corner++) {
    let voxel = select(corners.high, corners.low, corner < 4u)[corner & 3u];
    if (atomicExchange(&voxelMarks[voxel], 1u) == 0u) {
      atomicStore(&voxelList[${VOXEL_LIST_HEADER}u + atomicAdd(&voxelList[0], 1u)], voxel);
    }
  }
`),
});

export const fillCells = ({ tables, wgsl }: PointAddresses): KernelText => ({
  name: 'fillCells',
  buffers: {
    grid: 'uniform Grid',
    work: 'read array<u32>',
    packedPlaces: 'read array<vec4<u32>>',
    numbers: 'read array<u32>',
    cells: 'read array<vec2<u32>>',
    segments: 'write array<u32>',
  },
  tables,
  code: gridStruct.wgsl + wgsl + perSample(`  segments[cells[baseAddress(packedPlaces[row].x)].y + numbers[row]] = row;\n`),
});

export const sortSamples = ({ tables, wgsl }: PointAddresses): KernelText => ({
  name: 'sortSamples',
  buffers: {
    grid: 'uniform Grid',
    work: 'read array<u32>',
    packedPlaces: 'read array<vec4<u32>>',
    packedAlphas: 'read array<vec4<u32>>',
    cells: 'read array<vec2<u32>>',
    segments: 'read array<u32>',
    sortedPlaces: 'write array<vec4<u32>>',
    sortedGradients: 'write array<f32>',
  },
  tables,
  code:
    gridStruct.wgsl +
    wgsl +
    perSample(/* wgsl */ `
  let at = packedPlaces[row];
  let cell = cells[baseAddress(at.x)];
  var slot = cell.y;
  for (var i = 0u; i < cell.x; i++) {
    if (segments[cell.y + i] < row) { slot++; }
  }
  let sampled = packedAlphas[row];
  sortedPlaces[slot] = vec4<u32>(at.yzw, sampled.z);
  sortedGradients[slot] = bitcast<f32>(sampled.w);
`),
});

/** @param width DISPATCH_WIDTH */
export const planVoxels = (width: number): KernelText => ({
  name: 'planVoxels',
  buffers: {
    voxelList: 'read array<u32>',
    voxelDispatch: 'write array<u32>',
  },
  code: /* wgsl */ `
@compute @workgroup_size(1)
fn main() {
  let workgroups = (voxelList[0] + ${VOXELS_PER_WORKGROUP - 1}u) / ${VOXELS_PER_WORKGROUP}u;
  voxelDispatch[0] = min(workgroups, ${width}u);
  voxelDispatch[1] = (workgroups + ${width - 1}u) / ${width}u;
  voxelDispatch[2] = 1u;
}
`,
});

/** Workgroups of `touchVoxels`. */
export function touchDispatch(voxels: number): [x: number, y: number] {
  return dispatchOf(voxels, WORKGROUP);
}

/** Every voxel is touched, before the samples are placed: dense total variation. One thread a voxel. */
export const touchVoxels = ({ tables, wgsl }: PointAddresses): KernelText => ({
  name: 'touchVoxels',
  buffers: {
    grid: 'uniform Grid',
    work: 'read array<u32>',
    voxelMarks: 'write array<u32>',
    voxelList: 'write array<u32>',
  },
  tables,
  code: /* wgsl */ `
${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${wgsl}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  let all = addresses();
  let voxel = all.x + index;
  if (voxel >= all.y || work[${WORK.valid}] == 0u) { return; }
  voxelMarks[voxel] = 1u;
  voxelList[${VOXEL_LIST_HEADER}u + index] = voxel;
  if (index == 0u) { voxelList[0] = all.y - all.x; }
}
`,
});

/** `body` once for every touched voxel, which it knows as `voxel`. */
export function perTouchedVoxel(body: string): string {
  return /* wgsl */ `
${linearWgsl(VOXELS_PER_WORKGROUP)}
@compute @workgroup_size(${VOXELS_PER_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  if (index >= voxelList[0]) { return; }
  let voxel = voxelList[${VOXEL_LIST_HEADER}u + index];
${body}}
`;
}

export const clearCells: KernelText = {
  name: 'clearCells',
  buffers: {
    voxelList: 'read array<u32>',
    cells: 'write array<vec2<u32>>',
    voxelMarks: 'write array<u32>',
  },
  code: perTouchedVoxel(`  cells[voxel].x = 0u;\n  voxelMarks[voxel] = 0u;\n`),
};
