/**
 * Spikes in front of layer 1 (src/model/input-spikes.ts): the features of a part's samples become multiples of their steps, in place. An invocation
 * takes a sample: 4 F bytes in and out; training gets a bit for every feature that has a gradient, 32 of them a word.
 */
import type { KernelText } from '../kernel.ts';
import { countAllWgsl, countWgsl, statIndex } from '../stats.ts';
import { workWgsl } from '../work.ts';
import type { NetworkShape } from './shape.ts';

/** Dispatch: samples. */
export function featureSpikesKernel({ inputLevels, vectors }: NetworkShape, training: boolean): KernelText {
  return {
    name: 'network feature spikes',
    buffers: {
      work: 'read array<u32>',
      inputSteps: 'read array<vec4<f32>>',
      sampleFeatures: 'write array<vec4<f32>>',
      ...(training ? { passedFeatures: 'write array<u32>' as const } : {}),
      stats: 'write array<atomic<u32>>',
    },
    code: `${workWgsl}${countWgsl}${countAllWgsl(['inputSpikes', 'inputBits'], false)}
const MOST = vec4<f32>(${inputLevels.features}.0);

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var counts = array<u32, 2>();
  if (id.x < work[WORK_PART_SAMPLES]) {
    var passed = 0u;
    for (var k = 0u; k < ${vectors}u; k++) {
      let at = id.x * ${vectors}u + k;
      let x = sampleFeatures[at] / inputSteps[k];
      let spikes = clamp(round(x), -MOST, MOST);
      sampleFeatures[at] = inputSteps[k] * spikes;
      let sizes = vec4<u32>(abs(spikes));
      let bits = countOneBits(sizes);
      counts[0] += sizes.x + sizes.y + sizes.z + sizes.w;
      counts[1] += bits.x + bits.y + bits.z + bits.w;
      let inside = select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), abs(x) <= MOST + vec4<f32>(0.5));
      passed |= (inside.x | inside.y | inside.z | inside.w) << (4u * (k % 8u));
      ${training ? `if (k % 8u == 7u || k == ${vectors - 1}u) { passedFeatures[id.x * ${Math.ceil(vectors / 8)}u + k / 8u] = passed; }` : ''}
      if (k % 8u == 7u) { passed = 0u; }
    }
  }
  countAll(counts, lane);
}
`,
  };
}

/** Turns `terms` of a block of rays into multiples of 1 / levels, and counts those of rays with samples. Needs `countWgsl`. */
export function viewSpikesWgsl({ inputLevels: { views: levels } }: NetworkShape): string {
  return `    for (var i = j; i < blockRays * VIEWS; i += W) { terms[i] = round(terms[i] * ${levels}.0) / ${levels}.0; }
    workgroupBarrier();
    if (j < blockRays) {
      let samples = rayOffsets[block + j + 1u].y - rayOffsets[block + j].y;
      var sizes = 0u;
      var bits = 0u;
      for (var v = 0u; v < VIEWS && samples > 0u; v++) {
        let size = u32(round(abs(terms[j * VIEWS + v]) * ${levels}.0));
        sizes += size;
        bits += countOneBits(size);
      }
      count(${statIndex('inputSpikes')}u, sizes);
      count(${statIndex('inputBits')}u, bits);
      count(${statIndex('repeatedViewBits')}u, bits * (samples - 1u));
    }`;
}
