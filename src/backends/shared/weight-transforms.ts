/**
 * Quantised weights on the host's side of the kernels: raw matrices, their quantisers' learned parameters and states, and moments live here; the
 * kernels are shown quantised values and hand back gradients of those. Nothing of it is there for a network without quantisers.
 */
import type { BudgetTerm } from '../../model/bit-budget.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { WeightName } from '../../model/network-layers.ts';
import { quantisedLayers, type QuantisedLayer } from '../../model/quantised-layers.ts';
import type { ParameterName, TensorName } from '../../model/tensor-names.ts';
import { measureState } from '../../quantisers/quantiser.ts';
import { quantise, quantiserGradient, type QuantisedMatrix } from '../../quantisers/quantise.ts';
import type { StepSettings } from '../../engine/backend.ts';
import { findHostTensor, hostParameter, stepOnHost, withBudget, type HostParameter } from './host-adam.ts';

interface Transformed {
  readonly layer: QuantisedLayer;
  readonly matrix: QuantisedMatrix;
}

export class WeightTransforms {
  private readonly parameters = new Map<ParameterName, HostParameter>();
  private readonly states = new Map<string, Float32Array>();
  private readonly transformed: readonly Transformed[];
  private readonly trains: boolean;

  constructor(spec: FieldSpec, trains: boolean) {
    this.trains = trains;
    const trained = (name: ParameterName, length: number, initial: number): Float32Array => {
      const parameter = hostParameter(length, initial);
      this.parameters.set(name, parameter);
      return parameter.raw;
    };
    this.transformed = quantisedLayers(spec).map((layer) => {
      const raw = trained(
        layer.weight,
        layer.shape.reduce((a, b) => a * b),
        0,
      );
      const parameters = layer.parameters.map(({ name, key, length, initial }) => [key, trained(name, length, initial)] as const);
      const states = layer.states.map(({ name, key, length, initial }) => {
        const state = new Float32Array(length).fill(initial);
        this.states.set(name, state);
        return [key, state] as const;
      });
      return { layer, matrix: { raw, parameters: Object.fromEntries(parameters), states: Object.fromEntries(states) } };
    });
    for (const each of this.transformed) measure(each, true);
  }

  /** The matrices that the kernels see through a quantiser. */
  get weights(): WeightName[] {
    return this.transformed.map(({ layer }) => layer.weight);
  }

  /** The tensor of that name, or null if it is not kept here. Throws RangeError for a moment where nothing is trained. */
  find(name: TensorName): Float32Array | null {
    const state = this.states.get(name);
    if (state !== undefined) return state;
    return findHostTensor(this.parameters, name, this.trains);
  }

  /** After a tensor was written: what is measured of a matrix is measured anew. */
  written(name: TensorName): void {
    for (const each of this.transformed) if (each.layer.weight === name) measure(each, true);
  }

  /** What the kernels are to see, matrix by matrix. */
  seen(): [WeightName, Float32Array][] {
    return this.transformed.map(({ layer, matrix }) => [layer.weight, quantise(layer.quantiser, matrix)]);
  }

  clearMoments(): void {
    for (const { m, v } of this.parameters.values()) for (const moments of [m, v]) moments.fill(0);
  }

  /** d loss / d raw values of everything here, from d loss / d what the kernels saw. */
  gradients(seen: ReadonlyMap<WeightName, Float32Array>, budget: BudgetTerm): Map<ParameterName, Float32Array> {
    const all = new Map<ParameterName, Float32Array>();
    for (const { layer, matrix } of this.transformed) {
      const { raw, parameters } = quantiserGradient(layer.quantiser, matrix, seen.get(layer.weight)!);
      all.set(layer.weight, raw);
      for (const { name, key } of layer.parameters) all.set(name, withBudget(name, parameters[key], budget));
    }
    return all;
  }

  /** Adam, then the states. `rate` includes the bias correction. */
  update(seen: ReadonlyMap<WeightName, Float32Array>, budget: BudgetTerm, adam: StepSettings['adam'], rate: number): void {
    stepOnHost(this.parameters, this.gradients(seen, budget), budget, adam, rate);
    for (const each of this.transformed) measure(each, false);
  }
}

function measure({ layer: { quantiser, shape }, matrix }: Transformed, anew: boolean): void {
  for (const [name, definition] of Object.entries(quantiser.states)) {
    const state = matrix.states[name];
    state.set(measureState(definition, matrix.raw, anew ? Float32Array.of(NaN) : state, shape));
  }
}
