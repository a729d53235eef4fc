/**
 * Step-size renewal (adaptive bit allocation, "step-size renewal"): a learned step suits the bits that it was learned with. An observer of every matrix
 * and layer remembers its whole bits; when they change,
 *
 *     spikes    candidates of the largest value, R k / K (R: range of potentials now, k = 1..K), are tried: the least mean |Q(H) - H|^p is kept; the
 *               step becomes the largest value kept so far / q
 *     weights   the step is scaled by the ratio of the ranges, q before / q now, as the released code does with convolutions
 *
 * p = 2.4, K = 50. It ends once the mean bits are within 24 % of the distance to their target that training began with, but not before 7 % of the
 * stage (14 of 200 epochs there), and does nothing where they begin at the target. Potentials are those of the hidden layer, before reset, on the
 * rays of a batch.
 */
import type { FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { sliceRays, type Rays } from '../geometry/rays.ts';
import { BIT_KINDS, bitTensors, readBits, type BitKind } from '../model/bit-budget.ts';
import { quantisedLayers } from '../model/quantised-layers.ts';
import { neuronNamed } from '../neurons/index.ts';
import { valueOf } from '../neurons/parameters.ts';

const EXPONENT = 2.4;
const CANDIDATES = 50;
const NEAR_TARGET = 0.24;
const LEAST_PROGRESS = 0.07;
/** Rays whose potentials are looked at. */
const PROBED_RAYS = 128;

/** What the observers remember; part of a checkpoint. */
export interface BitObservers {
  /** Whole bits at the last step, in the order of `bitTensors`. */
  readonly weights: readonly number[];
  readonly spikes: readonly number[];
  /** Time steps of the hidden layers, where these are learned; nothing is renewed when they change. */
  readonly repeats: readonly number[];
  /** Largest value that a search kept, of each hidden layer; null before the first. */
  readonly reach: readonly (number | null)[];
  /** Distance of the mean bits to their target at the beginning; 0 without one. */
  readonly weightGap: number;
  readonly spikeGap: number;
}

/**
 * The largest value for which whole spikes up to q, of the size value / q, come nearest to what they stand for; spikes are not negative.
 *
 * @param values what is quantised
 */
export function bestReach(values: Float32Array, q: number): number {
  const range =
    values.reduce((most, value) => Math.max(most, value), -Infinity) - values.reduce((least, value) => Math.min(least, value), Infinity);
  let best = { reach: range, error: Infinity };
  for (let k = 1; k <= CANDIDATES; k++) {
    const reach = (range * k) / CANDIDATES;
    const step = reach / q;
    let error = 0;
    for (const value of values) error += Math.abs(step * Math.min(q, Math.floor(Math.max(0, value / step) + 0.5)) - value) ** EXPONENT;
    if (error < best.error) best = { reach, error };
  }
  return best.reach;
}

/** After a step: the observers as they are now, with the steps of what changed its bits renewed. null where no bits and time steps are learned. */
export async function renewSteps(
  engine: FieldEngine,
  { weights, spikes, renew }: Config['fine']['bitBudget'],
  before: BitObservers | null,
  progress: number,
  rays: () => Rays,
): Promise<BitObservers | null> {
  const { spec } = engine;
  const tensors = bitTensors(spec);
  if (BIT_KINDS.every((kind) => tensors[kind].length === 0)) return null;
  const now = await readBits(tensors, (name) => engine.read(name));
  const gap = (kind: BitKind, target: number | null): number =>
    target === null ? 0 : Math.abs(tensors[kind].reduce((sum, { share }, i) => sum + share * now[kind][i], 0) - target);
  const gaps = { weights: gap('weights', weights), spikes: gap('spikes', spikes) };
  if (before === null) return { ...now, reach: now.spikes.map(() => null), weightGap: gaps.weights, spikeGap: gaps.spikes };

  const renews = (kind: 'weights' | 'spikes', first: number): boolean =>
    (renew === 'both' || renew === kind) && first > 0 && (progress < LEAST_PROGRESS || gaps[kind] > NEAR_TARGET * first);
  if (renews('weights', before.weightGap)) await renewWeights(engine, before.weights, now.weights);
  const reach = [...before.reach];
  if (renews('spikes', before.spikeGap)) await renewSpikes(engine, before.spikes, now.spikes, reach, rays);
  return { ...before, ...now, reach };
}

async function renewWeights(engine: FieldEngine, before: readonly number[], now: readonly number[]): Promise<void> {
  const learned = quantisedLayers(engine.spec).filter(({ quantiser }) => quantiser.bits !== null);
  for (const [i, { quantiser, parameters }] of learned.entries()) {
    if (before[i] === now[i]) continue;
    const { step, largest } = quantiser.bits!;
    const { name } = parameters.find(({ key }) => key === step)!;
    const transform = quantiser.parameters[step].learned!;
    const ratio = largest(before[i]) / largest(now[i]);
    await engine.write(
      name,
      (await engine.read(name)).map((raw) => transform.raw(valueOf(transform, raw) * ratio)),
    );
  }
}

/** @param reach of each layer; what is found is written into it */
async function renewSpikes(
  engine: FieldEngine,
  before: readonly number[],
  now: readonly number[],
  reach: (number | null)[],
  rays: () => Rays,
): Promise<void> {
  const changed = now.flatMap((bits, layer) => (bits === before[layer] ? [] : [layer]));
  if (changed.length === 0) return;
  const batch = rays();
  const probed = await engine.probe(sliceRays(batch, 0, Math.min(batch.count, PROBED_RAYS)), {});
  const steps = probed.flatMap((ray) => ray.steps).filter(({ sample }) => sample >= 0);
  if (steps.length === 0) return;
  const { amplitude, parameters } = neuronNamed(engine.spec.network!.neuron);
  for (const layer of changed) {
    const q = 2 ** now[layer] - 1;
    // A layer that is over before others is silent there, at 0: nothing to be quantised.
    const active = steps.map(({ layers }) => layers[layer].potentials).filter((values) => values.some((value) => value !== 0));
    const potentials = Float32Array.from(active.flatMap((values) => [...values]));
    const found = Math.max(reach[layer] ?? 0, bestReach(potentials, q));
    // A layer whose potentials are all the same says nothing of a step.
    if (found === 0) continue;
    reach[layer] = found;
    await engine.write(`n${layer + 1}.${amplitude!}`, Float32Array.of(parameters[amplitude!].learned!.raw(found / q)));
  }
}
