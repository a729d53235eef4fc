/**
 * Rows: the time steps of a part's rays, one ray after the other in the order of time. The temporal modes differ only here: `pad` puts rows
 * without a sample into gaps, `repeat` gives every sample several, far-to-near turns a ray around.
 *
 * An invocation takes samples; the first of a ray also writes which task begins behind the ray. Per row 8 bytes are written. Checked by
 * test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../kernel.ts';
import { workWgsl } from '../work.ts';
import { constantsWgsl, type NetworkShape } from './shape.ts';

/** Workgroups of 64. */
export const ROW_GROUPS = 256;

/** Indirect dispatches that the kernel writes: what there is to do in the part, as many workgroups. */
export const DISPATCHES = ['tasks', 'rowBlocks', 'shares', 'samples', 'rows'] as const;
export type Dispatch = (typeof DISPATCHES)[number];

/** @param blocks of 64 neurons */
export function rowsKernel(shape: NetworkShape, blocks: number): KernelText {
  const { alone, gaps, reversed } = shape;
  const rowTotal = gaps
    ? 'rowOffsets[work[WORK_FIRST_RAY] + work[WORK_PART_RAYS]] - rowOffsets[work[WORK_FIRST_RAY]]'
    : 'work[WORK_PART_SAMPLES] * REPEATS';
  const rayRows = gaps
    ? `let firstRow = rowOffsets[ray] - rowOffsets[work[WORK_FIRST_RAY]];
    let endRow = rowOffsets[ray + 1u] - rowOffsets[work[WORK_FIRST_RAY]];`
    : `let firstRow = (first - firstSample) * REPEATS;
    let endRow = (end - firstSample) * REPEATS;`;
  return {
    name: 'network rows',
    buffers: {
      work: 'read array<u32>',
      rayOffsets: 'read array<vec2<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      ...(gaps ? { rowOffsets: 'read array<u32>' as const } : {}),
      rows: 'write array<vec2<u32>>',
      networkDispatch: 'write array<u32>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}const REPEATS = ${shape.repeats}u;
fn setDispatch(entry: u32, x: u32, y: u32) {
  networkDispatch[3u * entry] = x;
  networkDispatch[3u * entry + 1u] = y;
  networkDispatch[3u * entry + 2u] = 1u;
}

fn begin(total: u32) {
  let isFirst = work[WORK_FIRST_RAY] == 0u && work[WORK_PART_RAYS] > 0u;
  let before = max(rows[2], vec2<u32>(tasksOf(rows[0]), sharesOf(rows[0].x)));
  rows[2] = select(before, vec2<u32>(0u), isFirst);
  rows[0] = vec2<u32>(total, rowsOfTask(total));
  rows[1] = vec2<u32>(work[WORK_SAMPLES], work[WORK_FIRST_SAMPLE]);
  rows[3] = vec2<u32>(W, 1u);
  let tasks = tasksOf(rows[0]);
  setDispatch(0u, tasks, 1u);
  setDispatch(1u, (total + 63u) / 64u, ${blocks}u);
  setDispatch(2u, ${(blocks * blocks * shape.columns[1]) / shape.width}u, sharesOf(total));
  setDispatch(3u, (work[WORK_PART_SAMPLES] + 63u) / 64u, 1u);
  setDispatch(4u, (total + 63u) / 64u, 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let total = ${rowTotal};
  let perTask = rowsOfTask(total);
  let firstSample = work[WORK_FIRST_SAMPLE];
  if (id.x == 0u) { begin(total); }
  for (var i = id.x; i < work[WORK_PART_SAMPLES]; i += ${64 * ROW_GROUPS}u) {
    let info = sampleInfo[i];
    let ray = info.x;
    let first = rayOffsets[ray].y;
    let end = rayOffsets[ray + 1u].y;
    let nth = firstSample + i - first;
    ${rayRows}
    let code = ray << 1u;
${alone ? repeatedRows : gaps ? rowsWithGaps(reversed) : packedRows(reversed)}
    if (nth == 0u) {
      for (var task = firstRow / perTask + 1u; task * perTask <= endRow; task++) { rows[FIRST_TASK + task] = vec2<u32>(endRow, 0u); }
    }
  }
}
`,
  };
}

const repeatedRows = `    for (var t = 0u; t < REPEATS; t++) { rows[FIRST_ROW + i * REPEATS + t] = vec2<u32>(i, code | select(0u, 1u, t == 0u)); }`;

function packedRows(reversed: boolean): string {
  const place = reversed ? 'end - first - 1u - nth' : 'nth';
  return `    let place = ${place};
    rows[FIRST_ROW + firstRow + place] = vec2<u32>(i, code | select(0u, 1u, place == 0u));`;
}

function rowsWithGaps(reversed: boolean): string {
  const [place, isStart, before] = reversed
    ? ['sampleInfo[end - firstSample - 1u].y - info.y', 'firstSample + i + 1u == end', 'sampleInfo[i + 1u].y - info.y']
    : ['info.y - sampleInfo[first - firstSample].y', 'nth == 0u', 'info.y - sampleInfo[i - 1u].y'];
  return `    let place = FIRST_ROW + firstRow + ${place};
    let isStart = ${isStart};
    rows[place] = vec2<u32>(i, code | select(0u, 1u, isStart));
    if (!isStart) {
      for (var gap = ${before} - 1u; gap > 0u; gap--) { rows[place - gap] = vec2<u32>(GAP, code); }
    }`;
}
