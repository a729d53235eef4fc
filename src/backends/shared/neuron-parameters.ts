/**
 * The neurons' parameters on the host's side of the kernels: constants and values of learned parameters are laid out for the scans; gradients
 * that the scans added up go through the transforms to the raw values, which Adam updates here. They are few (at most some per neuron), so this
 * costs nothing beside a step, and kernels know values only.
 */
import type { BudgetTerm } from '../../model/bit-budget.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import type { NeuronTensorName, TensorName } from '../../model/tensor-names.ts';
import { isSpiking, type NeuronDefinition } from '../../neurons/define-neuron.ts';
import { derivative } from '../../neurons/differentiate.ts';
import { keptOf } from '../../neurons/compile-step.ts';
import { evaluate } from '../../neurons/evaluate.ts';
import type { Expr } from '../../neurons/graph.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { rawLeaf, valueOf } from '../../neurons/parameters.ts';
import { RISE } from '../../neurons/regulated-lif.ts';
import { firstFloat, parameterFloats, parameterPlaces } from '../../neurons/scan-layout.ts';
import { levelsOf } from '../../neurons/staircase.ts';
import { hiddenWidths, neuronTensors, parameterValues, type NeuronTensor } from '../../neurons/settings.ts';
import { simplify } from '../../neurons/simplify.ts';
import type { StepSettings } from '../../engine/backend.ts';
import { findHostTensor, hostParameter, stepOnHost, withBudget, type HostParameter } from './host-adam.ts';

/** What the kernels have to know of a neuron before memory is laid out. */
export interface ScanSizes {
  readonly neuronStates: number;
  readonly keptValues: number;
  readonly listBytes: number;
  readonly signedSpikes: number;
  /** 1 where spikes have several sizes and are listed with them. */
  readonly spikeEntries: number;
  /** Floats of a layer's parameters. */
  readonly neuronFloats: number;
}

export function scanSizes(network: NetworkSpec | null): ScanSizes {
  if (network === null) return { neuronStates: 0, keptValues: 0, listBytes: 0, signedSpikes: 0, spikeEntries: 0, neuronFloats: 0 };
  const neuron = neuronNamed(network.neuron);
  const { terms, states, amplitude } = neuron;
  const spikeEntries = levelsOf(neuron) !== null;
  return {
    neuronStates: states.length,
    keptValues: isSpiking(neuron) ? keptOf(neuron).length : 0,
    listBytes: network.width * (spikeEntries || terms.length === 0 ? 8 : 2 * terms.length),
    signedSpikes: amplitude !== null || terms.some(({ sign }) => sign < 0) ? 1 : 0,
    spikeEntries: spikeEntries ? 1 : 0,
    neuronFloats: parameterFloats(neuron, network.width),
  };
}

/** A learned parameter of a layer, its moments, and where its value and gradient lie. */
interface Learned extends NeuronTensor, HostParameter {
  readonly at: number;
  /** Floats that add up to one gradient: four partial sums of a layer's, one of a neuron's. */
  readonly parts: number;
  readonly value: (raw: number) => number;
  readonly slope: Expr;
}

export class NeuronParameters {
  private readonly learned = new Map<NeuronTensorName, Learned>();
  private readonly definition: NeuronDefinition | null;
  private readonly values: Float32Array;
  private readonly neuronFloats: number;
  private readonly width: number;
  private readonly trains: boolean;

  /** @param values all layers' parameters as the scans read them, blocks of one size; the layers have one width */
  constructor(network: NetworkSpec | null, values: Float32Array, trains: boolean) {
    this.values = values;
    this.trains = trains;
    const layers = network === null ? 0 : hiddenWidths(network).length;
    this.neuronFloats = layers === 0 ? 0 : values.length / layers;
    this.width = network?.width ?? 0;
    this.definition = network && neuronNamed(network.neuron);
    if (network === null || this.definition === null) return;
    const constants = parameterValues(network);
    const places = parameterPlaces(this.definition);
    for (const place of places) {
      const first = firstFloat(place, network.width);
      for (let layer = 0; layer < layers; layer++)
        this.values.fill(
          constants[place.name],
          layer * this.neuronFloats + first,
          layer * this.neuronFloats + first + (place.channels === null ? 4 : network.width),
        );
    }
    for (const tensor of neuronTensors(network)) {
      const transform = this.definition.parameters[tensor.parameter].learned!;
      const place = places.find(({ name }) => name === tensor.parameter)!;
      this.learned.set(tensor.name, {
        ...tensor,
        ...hostParameter(tensor.length, tensor.initial),
        at: tensor.layer * this.neuronFloats + firstFloat(place, network.width),
        parts: place.channels === null ? 4 : 1,
        value: (raw) => valueOf(transform, raw),
        slope: simplify([derivative(transform.value(rawLeaf), rawLeaf)])[0],
      });
    }
    this.refresh();
  }

  get names(): NeuronTensorName[] {
    return [...this.learned.keys()];
  }

  /** Size of a spike behind each of the two hidden layers that kernels have. */
  get amplitudes(): { amplitude1: number; amplitude2: number } {
    const name = this.definition?.amplitude ?? null;
    if (this.definition === null || name === null) return { amplitude1: 1, amplitude2: 1 };
    const first = 4 * parameterPlaces(this.definition).find((place) => place.name === name)!.uniform;
    return { amplitude1: this.values[first], amplitude2: this.values[this.neuronFloats + first] };
  }

  /** The tensor of that name, or null if it is not one of the neurons'. Throws RangeError for a moment where nothing is trained. */
  find(name: TensorName): Float32Array | null {
    return findHostTensor(this.learned, name, this.trains);
  }

  /** Values from raw values, after these have changed. */
  refresh(): void {
    for (const { raw, at, parts, value } of this.learned.values()) {
      raw.forEach((r, i) => this.values.fill(value(r), at + i * parts, at + (i + 1) * parts));
    }
  }

  /** Sets how far the thresholds of neurons that have it are raised, [W] of each layer; missing: not at all. */
  raise(rises?: readonly Float32Array[]): void {
    const place = this.definition && parameterPlaces(this.definition).find(({ name }) => name === RISE);
    if (!place) return;
    const { width } = this;
    for (let at = 0, layer = 0; at < this.values.length; at += this.neuronFloats, layer++) {
      const first = at + firstFloat(place, width);
      if (rises === undefined) this.values.fill(0, first, first + width);
      else this.values.set(rises[layer], first);
    }
  }

  clearMoments(): void {
    for (const { m, v } of this.learned.values()) for (const moments of [m, v]) moments.fill(0);
  }

  /** d loss / d raw value of each tensor, from the scans' sums of all layers. */
  gradients(sums: Float32Array, budget: BudgetTerm): Map<NeuronTensorName, Float32Array> {
    const all = new Map<NeuronTensorName, Float32Array>();
    for (const [name, { raw, at, parts, slope }] of this.learned) {
      const gradient = raw.map((r, i) => {
        let sum = 0;
        for (let k = 0; k < parts; k++) sum += sums[at + i * parts + k];
        return sum * evaluate(slope, { raw: r });
      });
      all.set(name, withBudget(name, gradient, budget));
    }
    return all;
  }

  /** Adam (docs/model.md, section 5). `rate` includes the bias correction. */
  update(sums: Float32Array, budget: BudgetTerm, adam: StepSettings['adam'], rate: number): void {
    stepOnHost(this.learned, this.gradients(sums, budget), budget, adam, rate);
    this.refresh();
  }
}
