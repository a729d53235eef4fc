/**
 * The density samples of a step, sorted by the cell of a pair's plane that they lie in, so that a point of the plane adds up its gradient from the
 * samples of four cells in a fixed order, without atomic sums of floats (sort-samples.ts does the same in space). Pair after pair uses the same buffers:
 *
 *     clearPlaneCells   no cell has samples
 *     binOnPlane        a sample takes a number in its cell
 *     placeOnPlane      the sample with number 0 reserves the cell's segment
 *     fillPlane         samples go into the segments, in whatever order their numbers came
 *     sortOnPlane       a sample's place in its segment is the number of earlier samples there: `sortedRows`
 *
 * One thread a sample, or a cell. Cost of a sample: about 60 bytes, one atomic, and n reads in a cell of n samples.
 */
import type { BufferUse, KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl } from '../../../../renderer/wgsl/work.ts';
import type { GridSpec } from '../../../geometry/grid.ts';
import { FACTOR_PAIRS, factorPoints, type FactorPair } from '../../../model/representations/factors.ts';
import { axesOf, cornerWgsl } from './factors.ts';
import { perSample } from './sort-samples.ts';

const WORKGROUP = 64;

/** Workgroups of `clearPlaneCells`. */
export function planeCellsDispatch(pair: FactorPair, { size }: GridSpec): [x: number, y: number] {
  return dispatchOf(factorPoints(pair, size).plane, WORKGROUP);
}

export function clearPlaneCells(pair: FactorPair): KernelText {
  const { a, b } = axesOf(pair);
  return {
    name: 'clearPlaneCells',
    buffers: { grid: 'uniform Grid', planeCells: 'write array<vec2<u32>>', sortedCount: 'write array<u32>' },
    code: `${gridStruct.wgsl}${linearWgsl(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let cell = linearIndex(id, groups);
  if (cell >= u32(grid.n${a}) * u32(grid.n${b})) { return; }
  planeCells[cell] = vec2<u32>(0u);
  if (cell == 0u) { sortedCount[0] = 0u; }
}
`,
  };
}

/** The kernels over the samples, in their order. */
export function sortOnPlane(pair: FactorPair): KernelText[] {
  const kernel = (name: string, buffers: Readonly<Record<string, BufferUse>>, body: string): KernelText => ({
    name,
    buffers: { grid: 'uniform Grid', work: 'read array<u32>', packedPlaces: 'read array<vec4<u32>>', ...buffers },
    code: `${gridStruct.wgsl}struct Cell { count: atomic<u32>, start: u32 }\n${cellWgsl(pair)}${perSample(body)}`,
  });
  return [
    kernel(
      'binOnPlane',
      { planeCells: 'write array<Cell>', numbers: 'write array<u32>' },
      '  numbers[row] = atomicAdd(&planeCells[cellOf(row)].count, 1u);\n',
    ),
    kernel(
      'placeOnPlane',
      { numbers: 'read array<u32>', planeCells: 'write array<vec2<u32>>', sortedCount: 'write array<atomic<u32>>' },
      `  if (numbers[row] > 0u) { return; }
  let cell = cellOf(row);
  planeCells[cell].y = atomicAdd(&sortedCount[0], planeCells[cell].x);
`,
    ),
    kernel(
      'fillPlane',
      { numbers: 'read array<u32>', planeCells: 'read array<vec2<u32>>', segments: 'write array<u32>' },
      '  segments[planeCells[cellOf(row)].y + numbers[row]] = row;\n',
    ),
    kernel(
      'sortOnPlane',
      { planeCells: 'read array<vec2<u32>>', segments: 'read array<u32>', sortedRows: 'write array<u32>' },
      `  let cell = planeCells[cellOf(row)];
  var slot = cell.y;
  for (var i = 0u; i < cell.x; i++) {
    if (segments[cell.y + i] < row) { slot++; }
  }
  sortedRows[slot] = row;
`,
    ),
  ];
}

/** Cells have the number of their lowest point. */
function cellWgsl(pair: FactorPair): string {
  const { a, b } = axesOf(pair);
  return `${cornerWgsl}
fn cellOf(row: u32) -> u32 {
  let corner = cornerOf(packedPlaces[row].x);
  return corner.${b} * u32(grid.n${a}) + corner.${a};
}
`;
}

/** The most points of a plane on any grid with so many numbers in all. @param ranks of both groups together, pair by pair */
export function mostPlanePoints(floats: number, ranks: readonly number[]): number {
  return Math.max(...FACTOR_PAIRS.map((_, i) => Math.floor(floats / ranks[i])));
}
