/** One network that was measured, or the twin that was computed from another's counts: identity, counts, ledgers. */
import type { WorldFrame } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { type Counts, firingRates } from '../engine/counts.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import type { TernaryOperations } from '../neurons/shifted-spikes.ts';
import { ANN_SHARES, inShiftedAdditions, type ToldShare } from './ann-shares.ts';
import type { Measurement, ViewMeasurement } from './measure-views.ts';
import type { RaySamples } from './ray-samples.ts';
import { type Ledger, ledgerOf, isSynapses, totalWork, twinLedger } from './work/ledger.ts';
import { eachCounting, type Counting, type SpikeCount, spikesByValue, ternaryForms } from './work/network-work.ts';
import { neuroBench, type NeuroBenchMetrics } from './work/neurobench.ts';
import { divideWork, type Work } from './work/work.ts';

/** Places that were left out (src/skip). */
export interface SkipMaskOrigin {
  readonly file: string;
  readonly sha256: string;
}

/** Where a measured network came from: enough to repeat it. */
export interface Origin {
  readonly run: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly scene: {
    readonly path: string;
    readonly name: string;
    readonly fingerprint: string;
    /** Where the world of the run lies in the coordinates of the scene's file; null: it is theirs. */
    readonly frame: WorldFrame | null;
  };
  readonly backend: string;
  /** Version of SpikeRay that trained it. */
  readonly trainedWith: string;
  readonly seed: number;
  readonly config: Config;
  /** null: nothing was left out. */
  readonly skipMask: SkipMaskOrigin | null;
}

/** One ledger for each way of counting. */
export type Countings = Readonly<Record<Counting, Ledger>>;

export interface EnergySubject extends Countings {
  readonly kind: 'measured';
  /** Work of the whole run that is no image's, a part of `executed`: it chose the samples. */
  readonly before: Ledger;
  readonly origin: Origin;
  readonly neuron: string;
  readonly spec: FieldSpec;
  readonly images: number;
  /** Sum over the images. */
  readonly pixels: number;
  readonly psnr: number;
  readonly firingRates: readonly number[];
  /** One list for each hidden layer. */
  readonly spikesByValue: readonly (readonly SpikeCount[])[];
  /** One for each layer behind spikes 0, 1, 2, all images together; empty for other neurons. */
  readonly ternaryForms: readonly TernaryOperations[];
  readonly counts: Counts;
  /** A histogram over the rays of all images. */
  readonly raySamples: RaySamples;
  readonly neurobench: NeuroBenchMetrics;
  readonly secondsPerImage: number;
  readonly joulesPerImage: number | null;
  readonly views: readonly (ViewMeasurement & { readonly executed: Ledger })[];
}

/** The ANN of the same shape on the same samples: computed, neither trained nor measured. */
export interface ComputedTwin extends Countings {
  readonly kind: 'computed';
  readonly counts: Counts;
}

/**
 * @param weights of all layers
 * @param before work of the whole run that is no image's
 */
export function measuredSubject(
  origin: Origin,
  spec: FieldSpec,
  measurement: Measurement,
  weights: readonly Float32Array[],
  before: Ledger = [],
): EnergySubject {
  const network = spec.network!;
  const { views, total, psnr, raySamples } = measurement;
  const ledgers = eachCounting((counting) => [...paidIn(counting, before), ...ledgerOf(total, spec, counting)]);
  const joules = views.map((view) => view.joules);
  return {
    kind: 'measured',
    before,
    origin,
    neuron: network.neuron,
    spec,
    images: views.length,
    pixels: views.reduce((sum, { width, height }) => sum + width * height, 0),
    psnr,
    firingRates: firingRates(total, network),
    spikesByValue: spikesByValue(total, network),
    ternaryForms: ternaryForms(total, network),
    counts: total,
    raySamples,
    ...ledgers,
    neurobench: neuroBench(total, views.length, spec, ledgers.executed, weights),
    secondsPerImage: views.reduce((sum, view) => sum + view.seconds, 0) / views.length,
    joulesPerImage: joules.some((value) => value === null) ? null : joules.reduce<number>((sum, value) => sum + value!, 0) / views.length,
    views: views.map((view) => ({ ...view, executed: ledgerOf(view.counts, spec, 'executed') })),
  };
}

/** As published there is nothing but the network's synapses. */
function paidIn(counting: Counting, before: Ledger): Ledger {
  return counting === 'published' ? [] : before;
}

/** Those that say something of it. */
export function sharesTold(subject: EnergySubject): readonly ToldShare[] {
  return ANN_SHARES.filter(({ share }) => hasLargeSpikes(subject) || !inShiftedAdditions(share));
}

/** Whether spikes are larger than one, so that adding shifted rows takes another number of additions. */
export function hasLargeSpikes({ shifted, executed }: Countings): boolean {
  return totalWork(shifted, isSynapses).acs !== totalWork(executed, isSynapses).acs;
}

/** Its samples are the run's own, so it pays for what chose them. */
export function computedTwin({ before, counts, spec }: Pick<EnergySubject, 'before' | 'counts' | 'spec'>): ComputedTwin {
  return {
    kind: 'computed',
    counts,
    ...eachCounting((counting) => [...paidIn(counting, before), ...twinLedger(counts, spec, counting)]),
  };
}

/** The synapses' work for each image, ray, pixel and network sample. */
export function perUnit(
  ledger: Ledger,
  counts: Counts,
  images: number,
  pixels: number,
): Readonly<Record<'image' | 'ray' | 'pixel' | 'sample', Work>> {
  const total = totalWork(ledger, isSynapses);
  const by = (units: number): Work => divideWork(total, Math.max(1, units));
  return { image: by(images), ray: by(counts.rays), pixel: by(pixels), sample: by(counts.samples) };
}
