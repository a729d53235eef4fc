/** From work to energy: what a hardware model says that the counted events cost. Results are estimates, named after their model. */
import { stepsOfLayer, type Counts } from '../../engine/counts.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { layersOf } from '../../model/network-layers.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { inPassing, isNetwork, isSynapses, type Ledger, type Stage } from '../work/ledger.ts';
import type { Work } from '../work/work.ts';
import type { CrossbarModel, EventsModel, HardwareModel, OperationsModel } from './hardware-model.ts';

/** Millijoules of all the work that was priced. */
export interface Estimate {
  readonly model: string;
  /** What the model has no price for is absent. */
  readonly byStage: Readonly<Partial<Record<Stage, number>>>;
  /** Sums over the synapses of the network (what published counts speak of), with its neurons, and over all stages that have a price. */
  readonly synapses: number;
  readonly network: number;
  readonly all: number;
  /** Counted, but without a price in this model. */
  readonly unpriced: readonly string[];
  /** Crossbars: seconds and energy if the rays run one after the other, as condensed and as padded time steps. */
  readonly timeSteps: TimeStepEstimate | null;
}

export interface TimeStepEstimate {
  readonly condensed: TimeSteps;
  readonly padded: TimeSteps;
}

export interface TimeSteps {
  readonly steps: number;
  readonly millijoules: number;
  readonly seconds: number;
}

const MILLI = 1e-9;

/** What was computed: a network on its samples. The twin of a spiking run has an ANN's ledger and the run's counts. */
export interface Subject {
  readonly spiking: boolean;
  readonly counts: Counts;
  readonly spec: FieldSpec;
  readonly ledger: Ledger;
}

/** null where the model cannot run the subject: crossbars take spikes. */
export function price(model: HardwareModel, subject: Subject): Estimate | null {
  switch (model.kind) {
    case 'operations':
      return priceOperations(model, subject.ledger);
    case 'crossbar':
      return subject.spiking && subject.spec.network !== null ? priceCrossbar(model, subject) : null;
    case 'events':
      return subject.spec.network === null ? null : priceEvents(model, subject);
  }
}

/** Millijoules of each row of the subject's ledger: they add up to the estimate's stages. null where the model has no price for the row. */
export function rowEnergies(model: HardwareModel, subject: Subject): (number | null)[] {
  return subject.ledger.map((row, i) => {
    const earlier = subject.ledger.findIndex(({ stage }) => stage === row.stage) < i;
    const energy = price(model, { ...subject, ledger: [row] })?.byStage[row.stage];
    if (energy === undefined) return null;
    // A price of the stage itself does not depend on its rows.
    return model.kind === 'operations' || (model.kind === 'events' && isSynapses(row.stage)) || !earlier ? energy : 0;
  });
}

/** Picojoules of one row's arithmetic and, if the model has a memory, of its traffic. */
function priceWork({ picojoules, memory }: OperationsModel, work: Work): number {
  const arithmetic =
    work.macs * picojoules.mac +
    work.acs * picojoules.ac +
    work.multiplications * picojoules.multiplication +
    work.additions * picojoules.addition +
    work.comparisons * picojoules.comparison +
    work.specialFunctions * (picojoules.specialFunction ?? 0);
  if (memory === null) return arithmetic;
  const { bytesPerValue, sramRead, sramWrite, dramRead } = memory;
  const traffic = (work.weightBytes + work.stateReadBytes) * sramRead + work.stateWriteBytes * sramWrite + work.gridBytes * dramRead;
  return arithmetic + (traffic * bytesPerValue) / Float32Array.BYTES_PER_ELEMENT;
}

function priceOperations(model: OperationsModel, ledger: Ledger): Estimate {
  const byStage: Partial<Record<Stage, number>> = {};
  for (const { stage, work } of ledger) byStage[stage] = (byStage[stage] ?? 0) + priceWork(model, work) * MILLI;
  const special = ledger.some(({ work }) => work.specialFunctions > 0) && model.picojoules.specialFunction === null;
  return summed(model.name, byStage, special ? ['special functions'] : [], null);
}

/** energy = crossbarCycle * time steps * sum over layers of ceil(outputs/size) ceil(inputs/size); layers work as a pipeline. */
function priceCrossbar(model: CrossbarModel, { counts, spec }: Subject): Estimate {
  const network = spec.network!;
  const { size, clockMegahertz, clocksPerCycle } = model.crossbar;
  const crossbars = (inputs: number, outputs: number): number => Math.ceil(inputs / size) * Math.ceil(outputs / size);
  const layers: Readonly<Record<`layer ${number}`, number>> = Object.fromEntries(
    layersOf(spec).map(({ number, inputs, outputs }) => [`layer ${number}`, crossbars(inputs, outputs)]),
  );
  const layerEnergy = (cycles: number, steps: number): number => cycles * steps * model.picojoules.crossbarCycle * MILLI;
  const total = Object.values(layers).reduce((sum, cycles) => sum + cycles, 0);
  const timeSteps = (steps: number): TimeSteps => ({
    steps,
    millijoules: layerEnergy(total, steps),
    seconds: (steps * clocksPerCycle) / (clockMegahertz * 1e6),
  });
  // Spikes of every step of the layer in front; where layers have steps of their own the first one's inputs come once.
  const stepsOf = (number: number): number =>
    number === 1 ? (counts.layerSteps === undefined ? counts.timeSteps : counts.samples) : stepsOfLayer(counts, number - 2);
  const byStage = Object.fromEntries(
    Object.entries(layers).map(([stage, cycles], i): [string, number] => [stage, layerEnergy(cycles, stepsOf(i + 1))]),
  );
  const alone = network.temporal === 'repeat';
  const both = alone ? null : { condensed: timeSteps(counts.samples), padded: timeSteps(counts.spannedSteps) };
  return summed(model.name, byStage, ['the renderer around the network'], both);
}

/** Accumulates are synaptic operations; MACs have real-valued inputs and run beside the chip; ReLUs cost nothing. */
function priceEvents(model: EventsModel, { spiking, counts, spec, ledger }: Subject): Estimate {
  const { synapticOperation, neuronUpdateActive, neuronUpdateInactive, spike, mac } = model.picojoules;
  const byStage: Partial<Record<Stage, number>> = {};
  for (const { stage, work } of ledger) {
    if (isSynapses(stage)) byStage[stage] = (byStage[stage] ?? 0) + (work.acs * synapticOperation + work.macs * mac) * MILLI;
  }
  if (spiking) {
    hiddenWidths(spec.network!).forEach((width, i) => {
      const [updates, active] = [stepsOfLayer(counts, i) * width, counts.active[i]];
      const energy = active * neuronUpdateActive + counts.spikes[i] * spike + (updates - active) * neuronUpdateInactive;
      byStage[`neurons ${i + 1}`] = energy * MILLI;
    });
  }
  return summed(model.name, byStage, ['the renderer around the network'], null);
}

function summed(model: string, byStage: Estimate['byStage'], unpriced: readonly string[], timeSteps: TimeStepEstimate | null): Estimate {
  const priced = (Object.entries(byStage) as [Stage, number][]).sort(([a], [b]) => inPassing(a, b));
  const sum = (counts: (stage: Stage) => boolean): number =>
    priced.reduce((total, [stage, energy]) => total + (counts(stage) ? energy : 0), 0);
  return { model, byStage, synapses: sum(isSynapses), network: sum(isNetwork), all: sum(() => true), unpriced, timeSteps };
}
