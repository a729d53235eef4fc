/** Core code never prints: it emits these events to a reporter, and the command line decides what a person sees. */

type Triple = readonly [number, number, number];

export type StageName = 'coarse' | 'fine';

export type ProgressEvent =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'warning'; readonly text: string }
  | {
      readonly type: 'stage';
      readonly stage: StageName;
      readonly gridSize: Triple;
      readonly min: Triple;
      readonly max: Triple;
      readonly text: string;
    }
  | ({ readonly type: 'step' } & StepMetrics)
  | { readonly type: 'checkpoint'; readonly path: string; readonly step: number; readonly bytes: number }
  | ({ readonly type: 'jobs' } & JobsProgress)
  | { readonly type: 'view'; readonly done: number; readonly total: number; readonly text: string };

/** Many trainings side by side. */
export interface JobsProgress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
  /** What runs now: its name, and how far it is once that is known. */
  readonly running: readonly { readonly name: string; readonly metrics: StepMetrics | null }[];
}

/** Averages since the last such event; a line of metrics.jsonl. */
export interface StepMetrics {
  readonly stage: StageName;
  /** Steps done in this stage, and planned. */
  readonly step: number;
  readonly steps: number;
  /** Share of the whole run that is done, 0..1. */
  readonly progress: number;
  /** Seconds of training so far (resumed parts included), and expected to remain. */
  readonly seconds: number;
  readonly secondsLeft: number;
  readonly raysPerSecond: number;
  readonly samplesPerRay: number;
  readonly loss: number;
  /** -10 log10 of the mean training error of the batches. */
  readonly psnr: number;
  /** Spikes (or active ReLUs) a neuron and time step, per hidden layer; null without a network. */
  readonly firingRates: readonly number[] | null;
  /** Neuron of the network that was trained, which the run's own may take over from; null without a network. Lines of older versions do not say. */
  readonly neuron?: string | null;
  /** Where bits are learned: those of each quantised matrix, and of the spikes of each hidden layer. */
  readonly bits?: {
    readonly weights: readonly number[];
    readonly spikes: readonly number[];
    /** Where hidden layers learn their time steps: these. Lines of older versions lack it. */
    readonly repeats?: readonly number[];
  };
}

export type Reporter = (event: ProgressEvent) => void;
