/**
 * `probe` of engines whose kernels keep nothing of what their neurons do: from their tensors, on the host, in single precision. The samples are those
 * of marchRays, layers and neurons those of their definitions; a test compares it with tfjs and with the kernels' own counts.
 */
import type { FieldEngine, RenderSettings } from '../../engine/backend.ts';
import type { ProbedRay, ProbedSample, ProbedStep } from '../../engine/probe.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { Vec3 } from '../../geometry/vector.ts';
import { noiseKey, uniform } from '../../math/noise.ts';
import { readValues } from '../../model/field-values.ts';
import { encodeFeatures, featureFrequencies, featureInputs } from '../../model/feature-encoding.ts';
import { inputLevels, seenInputs } from '../../model/input-spikes.ts';
import { isPoisson, repeatsOf } from '../../model/network-facts.ts';
import { representationOf } from '../../model/representations/index.ts';
import { hasMemory } from '../../neurons/define-neuron.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { alphaOf, marchRays, type PackedSamples } from '../../../renderer/march.ts';
import { encodeViews } from '../../../renderer/view-encoding.ts';
import { HostNetwork } from './host-network.ts';
import { checkRays } from './check-step.ts';

/** A time step before it is run: the index of the ray's sample, -1 for a gap, and of its repetition. */
interface Row {
  readonly sample: number;
  readonly repeat: number;
}

type Source = Pick<FieldEngine, 'spec' | 'read' | 'readOccupancy'>;

export async function probeRays(
  engine: Source,
  rays: Rays,
  { weightThreshold, noiseSeed = 0 }: Omit<RenderSettings, 'background'>,
): Promise<ProbedRay[]> {
  checkRays(rays);
  const { spec } = engine;
  const representation = representationOf(spec);
  const values = await readValues(engine);
  const densityAt = representation.densityAt(spec, values);
  const samples = marchRays(spec, rays, densityAt, await engine.readOccupancy(), weightThreshold);
  const atCorners = representation.featuresAt(spec, values, cornersOf(samples));
  const features = encodeFeatures(
    interpolatedFeatures(samples, atCorners, representation.features),
    representation.features,
    featureFrequencies(spec.network),
  );
  const featureCount = featureInputs(spec);
  const weights = weightsOf(spec, samples, densityAt);
  const { network } = spec;
  const host = network && (await HostNetwork.read(engine));
  const views = network && encodeViews(rays.viewDirections ?? rays.directions, network.viewFrequencies);
  const levels = inputLevels(network);
  const inputSteps = levels.features === 0 ? new Float32Array(featureCount) : await engine.read('inputSteps');
  const range = network && isPoisson(network) ? await engine.read('inputRange') : null;

  return Array.from({ length: rays.count }, (_, ray): ProbedRay => {
    const [begin, end] = [samples.rayOffsets[ray], samples.rayOffsets[ray + 1]];
    const count = end - begin;
    const featuresOf = (i: number): Float32Array => features.subarray((begin + i) * featureCount, (begin + i + 1) * featureCount);
    const logits = Array.from({ length: count }, () => [0, 0, 0]);
    let steps: ProbedStep[] = [];
    if (network === null || host === null || views === null) for (let i = 0; i < count; i++) logits[i] = [...featuresOf(i)];
    else {
      const view = views.subarray((ray * views.length) / rays.count, ((ray + 1) * views.length) / rays.count);
      const inputsOf = ({ sample, repeat }: Row): Float32Array => {
        const inputs = new Float32Array(featureCount + view.length);
        if (sample < 0) return inputs;
        inputs.set(featuresOf(sample));
        inputs.set(view, featureCount);
        if (range === null) return seenInputs(inputs, inputs.length, inputSteps, levels);
        const key = noiseKey(noiseSeed, ray, samples.stepIndex[samples.networkRows[begin + sample]] * 64 + repeat);
        return inputs.map((x, c) => (uniform(key, c) < normalised(x, range) ? 1 : 0));
      };
      const repeats = host.longest ?? repeatsOf(network);
      const share = 1 / repeats;
      steps = sequencesOf(spec, samples, begin, end, repeats).flatMap((rows) => {
        const run = host.run(rows.map(inputsOf));
        return run.map(({ inputs, layers, logits: out }, r): ProbedStep => {
          const { sample } = rows[r];
          if (sample >= 0) out.forEach((logit, c) => (logits[sample][c] += share * logit));
          return { sample, inputs, layers };
        });
      });
    }
    return { samples: logits.map((of, i) => sampleAt(spec, samples, begin + i, weights, of)), steps };
  });
}

/** The time steps of a ray, sequence by sequence: one for all its samples, or one for each. */
function sequencesOf({ network }: Source['spec'], samples: PackedSamples, begin: number, end: number, repeats: number): Row[][] {
  if (network === null || begin === end) return [];
  const order = Array.from({ length: end - begin }, (_, i) => i);
  if (network.temporal === 'repeat' || !hasMemory(neuronNamed(network.neuron)))
    return order.map((sample) => Array.from({ length: repeats }, (_, repeat) => ({ sample, repeat })));
  if (network.order === 'far-to-near') order.reverse();
  const stepOf = (sample: number): number => samples.stepIndex[samples.networkRows[begin + sample]];
  return [
    order.flatMap((sample, n): Row[] => {
      const gap = network.temporal === 'pad' && n > 0 ? Math.abs(stepOf(sample) - stepOf(order[n - 1])) - 1 : 0;
      return [...Array.from({ length: gap }, () => ({ sample: -1, repeat: 0 })), { sample, repeat: 0 }];
    }),
  ];
}

function sampleAt(
  { grid }: Source['spec'],
  { networkRows, stepIndex, distance, coordinates }: PackedSamples,
  index: number,
  { alphas, weights }: ReturnType<typeof weightsOf>,
  logits: readonly number[],
): ProbedSample {
  const row = networkRows[index];
  const along = (axis: number): number =>
    grid.min[axis] + (coordinates[row * 3 + axis] / (grid.size[axis] - 1)) * (grid.max[axis] - grid.min[axis]);
  const position: Vec3 = [along(0), along(1), along(2)];
  const [r, g, b] = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  return { stepIndex: stepIndex[row], distance: distance[row], position, alpha: alphas[row], weight: weights[row], colour: [r, g, b] };
}

/** Alpha and T alpha of all density samples. */
function weightsOf(
  spec: Source['spec'],
  { rays, densityOffsets, coordinates, corners, cornerWeights }: PackedSamples,
  densityAt: ReturnType<ReturnType<typeof representationOf>['densityAt']>,
): { alphas: Float32Array; weights: Float32Array } {
  const count = densityOffsets[rays];
  const [alphas, weights] = [new Float32Array(count), new Float32Array(count)];
  for (let ray = 0; ray < rays; ray++) {
    let transmittance = 1;
    for (let i = densityOffsets[ray]; i < densityOffsets[ray + 1]; i++) {
      const place = {
        coordinates: [coordinates[i * 3], coordinates[i * 3 + 1], coordinates[i * 3 + 2]] as const,
        corners: [...corners.subarray(i * 8, i * 8 + 8)],
        weights: [...cornerWeights.subarray(i * 8, i * 8 + 8)],
        nearest: corners[i * 8],
        tie: 0,
      };
      alphas[i] = alphaOf(spec, densityAt(place));
      weights[i] = transmittance * alphas[i];
      transmittance *= 1 - alphas[i];
    }
  }
  return { alphas, weights };
}

/** [M*8] grid points around the network samples. */
function cornersOf({ networkRows, corners }: PackedSamples): Uint32Array {
  const all = new Uint32Array(networkRows.length * 8);
  networkRows.forEach((row, i) => all.set(corners.subarray(row * 8, row * 8 + 8), i * 8));
  return all;
}

/** [M,F] of features at the corners [M*8,F]. */
function interpolatedFeatures({ networkRows, cornerWeights }: PackedSamples, atCorners: Float32Array, channels: number): Float32Array {
  const out = new Float32Array(networkRows.length * channels);
  networkRows.forEach((row, i) => {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < 8; k++) sum += cornerWeights[row * 8 + k] * atCorners[(i * 8 + k) * channels + c];
      out[i * channels + c] = sum;
    }
  });
  return out;
}

/** The chance of a Poisson spike, as the encoding has it. */
function normalised(x: number, [low, high]: Float32Array): number {
  if (high <= low) return 0;
  return Math.fround(Math.fround(Math.min(Math.max(x, low), high) - low) / Math.fround(high - low));
}
