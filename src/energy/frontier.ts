/** Energy against quality over many runs: which of them no other run beats in both. */
import type { HardwareModel } from './hardware/hardware-model.ts';
import { price } from './hardware/price.ts';
import type { EnergySubject } from './subject.ts';
import { skippingZeros, type Ledger } from './work/ledger.ts';

/** Millijoules an image; null where the model cannot run it. */
export interface FrontierEnergies {
  /** Synapses as executed; an ANN multiplies its zeros. */
  readonly executed: number | null;
  /** The same where zeros are skipped: spikes as shifted additions, multiplications of active ReLUs alone. */
  readonly shifted: number | null;
  readonly published: number | null;
  /** The whole renderer, as executed. */
  readonly all: number | null;
}

export interface FrontierRun {
  readonly subject: EnergySubject;
  readonly millijoules: FrontierEnergies;
  /** No other run has at least its PSNR for at most its energy as executed (and one of them better). */
  readonly onFrontier: boolean;
}

export interface Frontier {
  readonly schema: 1;
  readonly spikeray: string;
  readonly commit: string | null;
  readonly created: string;
  readonly split: string;
  readonly every: number;
  readonly differentScenes: boolean;
  readonly model: HardwareModel;
  /** Its name or file, as it was asked for; none: the first, without asking. */
  readonly hardwareAsked: readonly string[];
  readonly runs: readonly FrontierRun[];
}

export function frontierOf(
  model: HardwareModel,
  subjects: readonly EnergySubject[],
  about: Omit<Frontier, 'schema' | 'model' | 'runs'>,
): Frontier {
  const priced = subjects.map((subject) => ({ subject, millijoules: energies(model, subject) }));
  const unbeaten = onFrontier(priced.map(({ subject, millijoules }) => ({ quality: subject.psnr, energy: millijoules.executed })));
  const runs = priced.map((run, i) => ({ ...run, onFrontier: unbeaten[i] }));
  return { schema: 1, ...about, model, runs };
}

export interface Tradeoff {
  readonly quality: number;
  /** null: unknown; never on the frontier. */
  readonly energy: number | null;
}

/** Says for each point whether no other has at least its quality for at most its energy, and one of them better. */
export function onFrontier(points: readonly Tradeoff[]): boolean[] {
  return points.map((point) => point.energy !== null && !points.some((other) => beats(other, point)));
}

function beats(other: Tradeoff, point: Tradeoff): boolean {
  if (other.energy === null || point.energy === null) return false;
  const better = other.energy < point.energy || other.quality > point.quality;
  return better && other.energy <= point.energy && other.quality >= point.quality;
}

function energies(model: HardwareModel, subject: EnergySubject): FrontierEnergies {
  const { counts, spec, neuron, images } = subject;
  const spiking = neuron !== 'relu';
  const estimate = (ledger: Ledger) => price(model, { spiking, counts, spec, ledger });
  const [executed, published] = [estimate(subject.executed), estimate(subject.published)];
  const shifted = estimate(spiking ? subject.shifted : skippingZeros(subject.executed));
  return {
    executed: executed && executed.synapses / images,
    shifted: shifted && shifted.synapses / images,
    published: published && published.synapses / images,
    all: executed && executed.all / images,
  };
}
