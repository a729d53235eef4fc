/** A neuron with its tangents as tensor code (src/neurons/compile-rates.ts): one time step, outside of automatic differentiation. */
import type { NetworkSpec } from '../../model/field-spec.ts';
import { compileRates, CURRENT, tangentLeaf } from '../../neurons/compile-rates.ts';
import { surrogateAlpha } from '../../neurons/compile-step.ts';
import { inputLeaf, potentialLeaf, type NeuronDefinition } from '../../neurons/define-neuron.ts';
import { leaf, type Expr } from '../../neurons/graph.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { surrogateSettings } from '../../neurons/settings.ts';
import { emitTfjs, type Bindings, type SurrogateChoice } from './emit-tfjs.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** States and their tangents, all [M,W]. */
export type Carried = readonly Tensor[];

export interface RatedStep {
  readonly potential: Tensor;
  readonly output: Tensor;
  readonly events: Tensor;
  /** Derivatives of output and events by each direction. */
  readonly slopes: readonly { readonly output: Tensor; readonly events: Tensor }[];
  readonly carried: Carried;
}

export interface RateNeuron {
  /** Leaves of the learned parameters that are directions, behind the current. */
  readonly learned: readonly Expr[];
  /** Tensors that a layer carries from step to step. */
  readonly carried: number;
  step(tf: TensorFlow, input: Tensor, carried: Carried, parameters: Bindings): RatedStep;
}

export function createRateNeuron(network: NetworkSpec): RateNeuron {
  return rateNeuron(neuronNamed(network.neuron), surrogateSettings(network));
}

export function rateNeuron(definition: NeuronDefinition, surrogate: SurrogateChoice): RateNeuron {
  const { states, parameters, events } = definition;
  const { potential, output, next, directions } = compileRates(definition, surrogate.name);
  const names = directions.map(({ name }) => name);
  const leaves = [
    ...states.map((state) => leaf('state', state)),
    ...names.flatMap((name) => states.map((state) => tangentLeaf(name, state))),
  ];
  const charge = emitTfjs([potential], surrogate);
  const slopes = directions.flatMap((direction) => [direction.output, direction.events]);
  const after = emitTfjs([output, events, ...slopes, ...next, ...directions.flatMap((direction) => direction.next)], surrogate);
  return {
    learned: names.filter((name) => name !== CURRENT).map((name) => leaf('param', name, parameters[name].scope === 'layer')),
    carried: leaves.length,
    step(tf, input, carried, values) {
      const before = new Map([
        ...values,
        [inputLeaf, input] as const,
        [surrogateAlpha, tf.scalar(surrogate.alpha)] as const,
        ...leaves.map((at, i) => [at, carried[i]] as const),
      ]);
      const [h] = charge(tf, before);
      const zeros = tf.zerosLike(input);
      const whole = (value: Tensor): Tensor => tf.add(value, zeros);
      const [out, count, ...rest] = after(tf, new Map([...before, [potentialLeaf, h]])).map(whole);
      return {
        potential: h,
        output: out,
        events: count,
        slopes: names.map((_, d) => ({ output: rest[2 * d], events: rest[2 * d + 1] })),
        carried: rest.slice(2 * names.length),
      };
    },
  };
}
