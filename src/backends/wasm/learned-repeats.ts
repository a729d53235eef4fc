/** Time steps that the hidden layers learn (model/learned-repeats.ts), on the host's side of the kernels: raw values, moments, gradients, Adam. */
import type { StepSettings } from '../../engine/backend.ts';
import type { BudgetTerm } from '../../model/bit-budget.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { repeatsGradient, repeatsTensors, repeatsTransform, type RepeatsName } from '../../model/learned-repeats.ts';
import type { WeightName } from '../../model/network-layers.ts';
import type { TensorName } from '../../model/tensor-names.ts';
import { valueOf, type Transform } from '../../neurons/parameters.ts';
import { findHostTensor, hostParameter, stepOnHost, withBudget, type HostParameter } from '../shared/host-adam.ts';

interface Learned extends HostParameter {
  /** The matrix behind the layer. */
  readonly behind: WeightName;
}

export class LearnedRepeats {
  private readonly learned: ReadonlyMap<string, Learned>;
  private readonly transform: Transform | null;
  private readonly trains: boolean;

  constructor(network: NetworkSpec | null, trains: boolean) {
    this.trains = trains;
    this.transform = network && repeatsTransform(network);
    this.learned = new Map(
      repeatsTensors(network).map(({ name, layer, initial }) => [name, { ...hostParameter(1, initial), behind: `w${layer + 1}` }]),
    );
  }

  /** Of each hidden layer; null where none are learned. */
  get lengths(): number[] | null {
    return this.learned.size === 0 ? null : [...this.learned.values()].map((own) => this.lengthOf(own));
  }

  /** The matrices behind the layers that learn. */
  get behind(): WeightName[] {
    return [...this.learned.values()].map(({ behind }) => behind);
  }

  /** The tensor of that name, or null if it is not one of these. Throws RangeError for a moment where nothing is trained. */
  find(name: TensorName): Float32Array | null {
    return findHostTensor(this.learned, name, this.trains);
  }

  /**
   * d loss / d raw values.
   *
   * @param seen the matrices behind the layers as the kernels saw them in the step
   * @param gradientOf d loss / d those
   */
  gradients(
    seen: ReadonlyMap<WeightName, Float32Array>,
    gradientOf: (name: WeightName) => Float32Array,
    budget: BudgetTerm,
  ): Map<RepeatsName, Float32Array> {
    return new Map(
      [...this.learned].map(([name, own]) => {
        const gradient = repeatsGradient(this.lengthOf(own), seen.get(own.behind)!, gradientOf(own.behind));
        return [name as RepeatsName, withBudget(name, Float32Array.of(gradient), budget)];
      }),
    );
  }

  /** Adam. `rate` includes the bias correction. */
  update(gradients: ReadonlyMap<RepeatsName, Float32Array>, budget: BudgetTerm, adam: StepSettings['adam'], rate: number): void {
    stepOnHost(this.learned, gradients, budget, adam, rate);
  }

  private lengthOf({ raw }: HostParameter): number {
    return valueOf(this.transform!, raw[0]);
  }
}
