/**
 * From the rays' counts to places in the packed buffers, and to parts that fit the network's buffers, without the host.
 *
 * `planParts` (one workgroup): exclusive prefix sums of the counts, then the parts, greedily from the first ray on: as many rays as have at
 * most `partSamples` network samples (or rows, where the network runs the gaps between them). `beginPart` (one thread) makes the next of them, after the last that is encoded the first again, the part that
 * the following kernels work on.
 *
 * Cost: 32 bytes a ray, twice.
 */
import type { KernelText } from './kernel.ts';
import { stepStruct } from './uniforms.ts';
import { WORK_WORDS, workWgsl, type DispatchEntry } from './work.ts';

const THREADS = 256;

export function planParts(partSamples: number, withRows: boolean): KernelText {
  return {
    name: withRows ? 'planPartsRows' : 'planParts',
    buffers: {
      step: 'uniform Step',
      rayOffsets: 'write array<vec2<u32>>',
      work: 'write array<u32>',
      ...(withRows ? { rowOffsets: 'write array<u32>' as const } : {}),
    },
    code: /* wgsl */ `
${stepStruct.wgsl}${workWgsl}
const PART_STARTS = ${WORK_WORDS}u;
var<workgroup> sums: array<vec3<u32>, ${THREADS}>;

fn countsOf(ray: u32) -> vec3<u32> {
  return vec3<u32>(rayOffsets[ray], ${withRows ? 'rowOffsets[ray]' : '0u'});
}

fn setOffsets(ray: u32, offset: vec3<u32>) {
  rayOffsets[ray] = offset.xy;
  ${withRows ? 'rowOffsets[ray] = offset.z;' : ''}
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  let share = (step.rayCount + ${THREADS - 1}u) / ${THREADS}u;
  let first = min(thread * share, step.rayCount);
  let end = min(first + share, step.rayCount);
  var sum = vec3<u32>(0u);
  for (var ray = first; ray < end; ray++) { sum += countsOf(ray); }
  sums[thread] = sum;
  workgroupBarrier();
  for (var reach = 1u; reach < ${THREADS}u; reach *= 2u) {
    var before = vec3<u32>(0u);
    if (thread >= reach) { before = sums[thread - reach]; }
    workgroupBarrier();
    sums[thread] += before;
    workgroupBarrier();
  }
  var offset = sums[thread] - sum;
  for (var ray = first; ray < end; ray++) {
    let counts = countsOf(ray);
    setOffsets(ray, offset);
    offset += counts;
  }
  if (thread == ${THREADS - 1}u) { setOffsets(step.rayCount, sums[thread]); }
  storageBarrier();
  if (thread == 0u) { divide(sums[${THREADS - 1}u]); }
}

fn divide(total: vec3<u32>) {
  var parts = 0u;
  var first = 0u;
  while (first < step.rayCount) {
    work[PART_STARTS + parts] = first;
    parts++;
    first = endOfPart(first);
  }
  work[PART_STARTS + parts] = first;
  work[WORK_RAYS] = step.rayCount;
  work[WORK_DENSITY_SAMPLES] = total.x;
  work[WORK_SAMPLES] = total.y;
  work[WORK_PARTS] = parts;
  work[WORK_VALID] = select(0u, 1u, parts <= step.parts);
  work[WORK_NEXT_PART] = 0u;
}

/** The last end with at most partSamples rows between; a single ray always fits. */
fn endOfPart(first: u32) -> u32 {
  let limit = rowsBefore(first) + ${partSamples}u;
  var low = first + 1u;
  var high = step.rayCount;
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (rowsBefore(middle) <= limit) { low = middle; } else { high = middle - 1u; }
  }
  return low;
}

fn rowsBefore(ray: u32) -> u32 {
  return ${withRows ? 'rowOffsets[ray]' : 'rayOffsets[ray].y'};
}
`,
  };
}

/**
 * @param entries what the kernels of a part are dispatched by; the n-th is the n-th triple of `dispatch`
 * @param width DISPATCH_WIDTH
 */
export function beginPart(entries: readonly DispatchEntry[], width: number): KernelText {
  const counts = entries.map(({ of, times, per }, i) => `  setDispatch(${i}u, (${of} * ${times}u + ${per - 1}u) / ${per}u);\n`);
  return {
    name: 'beginPart',
    buffers: {
      step: 'uniform Step',
      rayOffsets: 'read array<vec2<u32>>',
      work: 'write array<u32>',
      dispatch: 'write array<u32>',
    },
    code: /* wgsl */ `
${stepStruct.wgsl}${workWgsl}
const PART_STARTS = ${WORK_WORDS}u;

@compute @workgroup_size(1)
fn main() {
  let part = work[WORK_NEXT_PART] % step.parts;
  let isThere = work[WORK_VALID] == 1u && part < work[WORK_PARTS];
  var first = 0u;
  var end = 0u;
  if (isThere) {
    first = work[PART_STARTS + part];
    end = work[PART_STARTS + part + 1u];
  }
  let partRays = end - first;
  let partSamples = rayOffsets[end].y - rayOffsets[first].y;
  let densitySamples = select(0u, work[WORK_DENSITY_SAMPLES], work[WORK_VALID] == 1u);
  work[WORK_NEXT_PART] = part + 1u;
  work[WORK_FIRST_RAY] = first;
  work[WORK_PART_RAYS] = partRays;
  work[WORK_FIRST_SAMPLE] = rayOffsets[first].y;
  work[WORK_PART_SAMPLES] = partSamples;
${counts.join('')}}

fn setDispatch(entry: u32, workgroups: u32) {
  dispatch[3u * entry] = min(workgroups, ${width}u);
  dispatch[3u * entry + 1u] = (workgroups + ${width - 1}u) / ${width}u;
  dispatch[3u * entry + 2u] = 1u;
}
`,
  };
}

/** Most parts that a call with so many rays and samples can need: two consecutive parts hold more than partSamples. */
export function mostParts(rays: number, samples: number, partSamples: number): number {
  return Math.min(rays, 2 * Math.ceil(samples / partSamples) + 1);
}
