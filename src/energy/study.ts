/**
 * The energy study of a run: what was counted and measured, what each hardware model makes of it, beside a twin. `energy.json` is this as
 * JSON; the page, the table of the terminal and the CSV show parts of it and compute nothing of their own.
 */
import type { AnnShares } from './ann-shares.ts';
import type { EnergyMeterStatus } from './energy-meter.ts';
import type { HardwareModel } from './hardware/hardware-model.ts';
import { price, type Estimate } from './hardware/price.ts';
import { skippingZeros, type Ledger, type Stage } from './work/ledger.ts';
import { eachCounting, type Counting } from './work/network-work.ts';
import { computedTwin, perUnit, type ComputedTwin, type EnergySubject } from './subject.ts';

const STUDY_SCHEMA = 1;

/** Millijoules an image; null where the model cannot run it. */
export interface HardwareResult {
  readonly model: HardwareModel;
  readonly run: Readonly<Record<Counting, Estimate | null>>;
  /** The twin computed on the run's own samples. */
  readonly twin: Readonly<Record<Counting, Estimate | null>>;
  /** The run given to compare with. */
  readonly against: Readonly<Record<Counting, Estimate | null>> | null;
  /** The one of these two that is compared with, as executed on hardware that multiplies no zeros. */
  readonly skipping: Estimate | null;
}

export interface EnergyStudy {
  readonly schema: typeof STUDY_SCHEMA;
  readonly spikeray: string;
  /** Commit of the program that wrote the study; null outside its repository. */
  readonly commit: string | null;
  readonly created: string;
  readonly split: string;
  readonly every: number;
  readonly run: EnergySubject;
  readonly twin: ComputedTwin;
  readonly against: EnergySubject | null;
  /** The comparison is between different scenes, as --force allowed. */
  readonly differentScenes: boolean;
  readonly perUnit: Readonly<Record<Counting, ReturnType<typeof perUnit>>>;
  readonly hardware: readonly HardwareResult[];
  /** Names and files of models, as they were asked for; none: the built-in ones, without asking. */
  readonly hardwareAsked: readonly string[];
  readonly measured: {
    /** What the joules are of; null where the machine cannot be read. */
    readonly meter: string | null;
    readonly reason: string | null;
  };
  readonly scope: Scope;
}

export interface Scope {
  readonly counted: readonly string[];
  readonly notCounted: readonly string[];
  readonly twin: string;
}

export interface StudyInput extends Pick<
  EnergyStudy,
  'spikeray' | 'commit' | 'created' | 'split' | 'every' | 'run' | 'against' | 'differentScenes' | 'hardwareAsked'
> {
  readonly hardware: readonly HardwareModel[];
  readonly meter: EnergyMeterStatus;
}

export function energyStudy({ hardware, meter, ...input }: StudyInput): EnergyStudy {
  const { run, against } = input;
  const twin = computedTwin(run);
  const units = (counting: Counting): ReturnType<typeof perUnit> => perUnit(run[counting], run.counts, run.images, run.pixels);
  return {
    schema: STUDY_SCHEMA,
    ...input,
    twin,
    perUnit: eachCounting(units),
    hardware: hardware.map((model) => ({
      model,
      run: eachCounting((counting) => estimate(model, run, counting)),
      twin: eachCounting((counting) => estimateTwin(model, run, twin, twin[counting])),
      against: against && eachCounting((counting) => estimate(model, against, counting)),
      skipping:
        against === null
          ? estimateTwin(model, run, twin, skippingZeros(twin.executed))
          : estimateLedger(model, against, skippingZeros(against.executed)),
    })),
    measured: { meter: meter.meter?.description ?? null, reason: meter.reason },
    scope: scopeOf(input),
  };
}

/** What a share compares: the run, and the twin it was given or the computed one. */
export function comparedEstimates(
  { run, twin, against, skipping }: HardwareResult,
  share: keyof AnnShares,
): readonly [run: Estimate | null, twin: Estimate | null] {
  const dense = against ?? twin;
  switch (share) {
    case 'skipping':
      return [run.executed, skipping];
    case 'published':
    case 'executed':
      return [run[share], dense[share]];
    case 'shifted':
      return [run.shifted, skipping];
    case 'shiftedOfDense':
      return [run.shifted, dense.executed];
  }
}

function estimate(model: HardwareModel, subject: EnergySubject, counting: Counting): Estimate | null {
  return estimateLedger(model, subject, subject[counting]);
}

function estimateLedger(model: HardwareModel, { counts, spec, neuron, images }: EnergySubject, ledger: Ledger): Estimate | null {
  return perImage(price(model, { spiking: neuron !== 'relu', counts, spec, ledger }), images);
}

function estimateTwin(model: HardwareModel, { spec, images }: EnergySubject, { counts }: ComputedTwin, ledger: Ledger): Estimate | null {
  return perImage(price(model, { spiking: false, counts, spec, ledger }), images);
}

function perImage(estimate: Estimate | null, images: number): Estimate | null {
  if (estimate === null) return null;
  const { byStage, synapses, network, all, timeSteps } = estimate;
  const share = (steps: NonNullable<Estimate['timeSteps']>['padded']): typeof steps => ({
    steps: steps.steps / images,
    millijoules: steps.millijoules / images,
    seconds: steps.seconds / images,
  });
  return {
    ...estimate,
    byStage: Object.fromEntries((Object.entries(byStage) as [Stage, number][]).map(([stage, energy]) => [stage, energy / images])),
    synapses: synapses / images,
    network: network / images,
    all: all / images,
    timeSteps: timeSteps && { condensed: share(timeSteps.condensed), padded: share(timeSteps.padded) },
  };
}

function scopeOf({ against }: Pick<EnergyStudy, 'against'>): Scope {
  return {
    counted: [
      'marching: places of steps, alpha, weights, transmittance',
      'interpolation of density and features, with the bytes of the grids',
      'encoding of features, where the network has one',
      'view encoding, once a ray with samples',
      'colour network: multiply-accumulates, accumulates, membrane updates, spikes, bytes of weights and states',
      'compositing: sigmoids, colour, depth, opacity',
    ],
    notCounted: [
      'the slab test of a ray against the box, and look-ups in the occupancy map (their number depends on how a backend leaps over empty space)',
      'address arithmetic, control flow, data layout, traffic of ray and pixel buffers',
      'reading the checkpoint, encoding images',
    ],
    twin:
      against === null
        ? 'The twin is computed: the same samples through an ANN of the same shape. It was neither trained nor measured; its picture would be another. Where it skips inactive ReLUs, they are taken to be active as often as this network fires: a trained twin is usually less sparse.'
        : 'The run compared with was rendered and counted itself, on its own samples. The computed twin (same samples, ANN of the same shape) is given beside it.',
  };
}
