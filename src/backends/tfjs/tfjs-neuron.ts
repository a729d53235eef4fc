/** A neuron of a network as tensor code: one time step, and a layer over time. */
import type { Tensor, TensorFlow } from './tensorflow.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { hasMemory, inputLeaf, isSpiking, learnedParameters, potentialLeaf, type NeuronDefinition } from '../../neurons/define-neuron.ts';
import { emitTfjs, type Bindings, type SurrogateChoice, type TensorCode } from './emit-tfjs.ts';
import { inOrder, leaf, leavesOf, sub, type Expr } from '../../neurons/graph.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { rawLeaf } from '../../neurons/parameters.ts';
import { parameterValues, surrogateSettings } from '../../neurons/settings.ts';
import { surrogateOf } from '../../neurons/surrogates.ts';

/** Raw values of the learned parameters of one layer by name, [1] or [W]; values of constants that a step has changed. */
export type RawParameters = Readonly<Record<string, Tensor>>;

export interface NeuronStep {
  readonly potential: Tensor;
  readonly output: Tensor;
  readonly events: Tensor;
  readonly states: readonly Tensor[];
}

export interface TfjsNeuron {
  /** Whether there are states. A neuron without memory has no time: it is run once for every sample, whatever the temporal mode. */
  readonly hasMemory: boolean;
  /** Whether the outputs are spikes; only then is there a spike penalty. */
  readonly spikes: boolean;
  readonly states: number;
  /** The parameters as the equations see them, differentiable. */
  bind(tf: TensorFlow, raw: RawParameters): Bindings;
  step(tf: TensorFlow, input: Tensor, states: readonly Tensor[], parameters: Bindings): NeuronStep;
  /**
   * Least distance of any potential from where the output, or the surrogate, jumps. A potential of exactly 0 is silence, which every backend computes
   * without rounding: it counts as safe.
   */
  margin(tf: TensorFlow, potentials: Tensor, parameters: Bindings): number;
}

export function createNeuron(network: NetworkSpec): TfjsNeuron {
  return tfjsNeuron(neuronNamed(network.neuron), parameterValues(network), surrogateSettings(network));
}

/** @param constants values of the parameters that are not learned */
export function tfjsNeuron(
  definition: NeuronDefinition,
  constants: Readonly<Record<string, number>>,
  surrogate: SurrogateChoice,
): TfjsNeuron {
  const { parameters, potential, output, events, next } = definition;
  const stateLeaves = definition.states.map((state) => leaf('state', state));
  const paramLeaf = (name: string): Expr => leaf('param', name, parameters[name].scope === 'layer');
  const charge = emitTfjs([potential], surrogate);
  const fireAndReset = emitTfjs([output, events, ...next], surrogate);
  const transforms = learnedParameters(definition).map(([name, { learned }]): [string, TensorCode] => [
    name,
    emitTfjs([learned.value(rawLeaf)], surrogate),
  ]);
  const jumps = jumpsOf(definition, surrogate);
  const distances = emitTfjs(
    jumps.map(([a, b]) => sub(a, b)),
    surrogate,
  );
  return {
    hasMemory: hasMemory(definition),
    spikes: isSpiking(definition),
    states: stateLeaves.length,
    bind(tf, raw) {
      const bindings = new Map<Expr, Tensor>();
      for (const [name, value] of Object.entries(constants))
        if (parameters[name].learned === null) bindings.set(paramLeaf(name), raw[name] ?? tf.scalar(value));
      for (const [name, transform] of transforms) bindings.set(paramLeaf(name), transform(tf, new Map([[rawLeaf, raw[name]]]))[0]);
      return bindings;
    },
    step(tf, input, states, values) {
      const before = new Map([...values, [inputLeaf, input] as const, ...stateLeaves.map((state, i) => [state, states[i]] as const)]);
      const [h] = charge(tf, before);
      const [out, count, ...after] = fireAndReset(tf, new Map([...before, [potentialLeaf, h]]));
      return { potential: h, output: out, events: count, states: after };
    },
    margin(tf, potentials, values) {
      const found = distances(tf, new Map([...values, [potentialLeaf, potentials]]));
      const silent = tf.mul(tf.cast(tf.equal(potentials, 0), 'float32'), 1e9);
      return Math.min(...found.map((d) => tf.min(tf.add(tf.abs(d), silent)).dataSync()[0]));
    },
  };
}

/** Pairs of expressions of the potential at whose crossing the output or a surrogate is not continuous, or the output has a kink. */
function jumpsOf({ output, terms }: NeuronDefinition, surrogate: SurrogateChoice): [Expr, Expr][] {
  const { derivative } = surrogateOf(surrogate.name);
  const slopes = terms.map(({ spike: { args } }) => derivative(sub(args[0], args[1]), alphaOf(surrogate)));
  const breaks = (roots: readonly Expr[], ops: readonly string[]): [Expr, Expr][] =>
    inOrder(roots).flatMap((node): [Expr, Expr][] =>
      node.kind === 'binary' && ops.includes(node.op) ? [[node.args[0], node.args[1]]] : [],
    );
  return [...breaks([output], ['spike', 'ge', 'gt', 'max', 'min']), ...breaks(slopes, ['ge', 'gt'])].filter(
    (pair) => leavesOf(pair).length > 0,
  );
}

function alphaOf({ alpha }: SurrogateChoice): Expr {
  return sub(alpha, 0);
}

export interface LayerActivity {
  /** What goes into the next layer, the number of spikes, and H, each [T,R,W]. */
  readonly outputs: Tensor;
  readonly events: Tensor;
  readonly potentials: Tensor;
}

/**
 * Runs a layer of neurons over time. All tensors are [T,R,W]: R independent sequences of T steps.
 *
 * @param begins [R] first step of each sequence: before it the states stay 0; default: 0
 */
export function runNeurons(tf: TensorFlow, neuron: TfjsNeuron, inputs: Tensor, parameters: Bindings, begins?: Int32Array): LayerActivity {
  const steps: NeuronStep[] = [];
  const waits = begins?.some((first) => first > 0) === true;
  let states: readonly Tensor[] = Array.from({ length: neuron.states }, () => tf.zeros(inputs.shape.slice(1)));
  timeSteps(tf, inputs).forEach((input, t) => {
    const step = neuron.step(tf, input, states, parameters);
    const begun = waits
      ? tf.tensor2d(
          Float32Array.from(begins, (first) => (t >= first ? 1 : 0)),
          [begins.length, 1],
        )
      : null;
    states = begun === null ? step.states : step.states.map((state) => tf.mul(state, begun));
    steps.push(step);
  });
  const stack = (part: (step: NeuronStep) => Tensor): Tensor => tf.stack(steps.map(part), 0);
  return { outputs: stack((s) => s.output), events: stack((s) => s.events), potentials: stack((s) => s.potential) };
}

/** [T,R,W] to T tensors [R,W]. tfjs has no gradient for `unstack` into one. */
function timeSteps(tf: TensorFlow, inputs: Tensor): Tensor[] {
  return inputs.shape[0] === 1 ? [tf.squeeze(inputs, [0])] : tf.unstack(inputs, 0);
}
