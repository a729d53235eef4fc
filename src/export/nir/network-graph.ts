/**
 * The colour network as a NIR graph (Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 2024;
 * github.com/neuromorphs/NIR):
 *
 *     input [I] -> linear_1 [W,I] -> lif_1 [W] -> linear_2 [W,W] -> lif_2 [W] -> linear_3 [3,W] -> output [3]
 *
 * NIR's LIF is tau dv/dt = (v_leak - v) + r I, z = 1[v > v_threshold], v = v_reset where z. One Euler step of dt = 1 (a network sample of the
 * ray) is v + (v_leak - v + r I)/tau, which is this project's H with r = 1, v_leak = v_reset = 0; of PLIF tau is what was learned. NIR's IF,
 * dv/dt = r I, is this project's `if` in the same way. Here a neuron fires at H >= threshold, in NIR above it: v_threshold is the greatest
 * 32-bit number below the threshold, so that both say the same of every 32-bit potential.
 *
 * Where inputs are spikes (model/input-spikes.ts), those are the input of the graph, whole numbers, and their steps are factors of linear_1.
 *
 * Outside the graph, in its metadata: the sigmoid behind the logits, membranes starting at 0 with every ray, and the order of samples.
 */
import { featureFrequencies, featureInputs } from '../../model/feature-encoding.ts';
import { InputError } from '../../base/errors.ts';
import type { FieldSpec, NetworkSpec } from '../../model/field-spec.ts';
import type { NetworkWeights } from '../../model/initial-tensors.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { dense } from '../../model/layers/dense.ts';
import { COLOUR_CHANNELS, layersOf } from '../../model/network-layers.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { valueOf } from '../../neurons/parameters.ts';
import { parameterValues } from '../../neurons/settings.ts';

export type NirNode =
  | { readonly type: 'Input' | 'Output'; readonly shape: readonly number[] }
  /** weight [out,in], row-major */
  | { readonly type: 'Linear'; readonly weight: Float32Array; readonly shape: readonly [number, number] }
  /** All [W]. */
  | ({ readonly type: 'LIF' } & Readonly<Record<'tau' | 'r' | 'v_leak' | 'v_threshold' | 'v_reset', Float32Array>>)
  | ({ readonly type: 'IF' } & Readonly<Record<'r' | 'v_threshold' | 'v_reset', Float32Array>>);

/** The node that each neuron is, of those that NIR has. */
const NODES: Readonly<Record<string, 'LIF' | 'IF'>> = { lif: 'LIF', plif: 'LIF', if: 'IF' };

/** What belongs to a network besides its weights. */
export interface NetworkTensors {
  /** [F] of features that are spikes. */
  readonly inputSteps?: Float32Array | null;
  /** Raw values of learned parameters of neurons, by the names of their tensors. */
  readonly neurons?: ReadonlyMap<string, Float32Array>;
}

export interface NirGraph {
  /** In order. */
  readonly nodes: ReadonlyMap<string, NirNode>;
  readonly edges: readonly (readonly [string, string])[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws InputError, naming what NIR lacks, if the network cannot be expressed. */
export function networkGraph(
  spec: FieldSpec,
  weights: NetworkWeights,
  { inputSteps = null, neurons = new Map() }: NetworkTensors = {},
): NirGraph {
  const { network } = spec;
  const features = featureInputs(spec);
  if (network === null)
    throw new InputError('this field has no colour network to export', 'Train on into the fine stage: spikeray resume.');
  checkExpressible(network);
  const layers = layersOf(spec);
  const levels = inputLevels(network);
  const factor = (input: number): number => {
    if (input < features) return levels.features === 0 ? 1 : inputSteps![input];
    return levels.views === 0 ? 1 : 1 / levels.views;
  };
  const first = weights.get('w1')!.map((weight, i) => weight * factor(Math.floor(i / layers[0].outputs)));
  const nodes = new Map<string, NirNode>([
    ['input', { type: 'Input', shape: [layers[0].inputs] }],
    ...layers.flatMap(({ number, inputs, outputs }): [string, NirNode][] => [
      [`linear_${number}`, linear(number === 1 ? first : weights.get(`w${number}`)!, inputs, outputs)],
      ...(number < layers.length ? [neuronNode(network, number, outputs, neurons)] : []),
    ]),
    ['output', { type: 'Output', shape: [COLOUR_CHANNELS] }],
  ]);
  const names = [...nodes.keys()];
  return { nodes, edges: names.slice(1).map((name, i) => [names[i], name] as const), metadata: describe(network, features, inputSteps) };
}

function checkExpressible({ neuron, temporal, encoding, layers }: NetworkSpec): void {
  const other = layers?.find(({ kind }) => kind !== dense.name);
  if (other)
    throw new InputError(
      `NIR cannot express this network: it has no layer of kind ${other.kind}`,
      'Runs with dense layers can be exported.',
    );
  if (neuron === 'relu')
    throw new InputError('NIR cannot express this network: it has no ReLU node', 'Export the spiking run; this one is its ANN twin.');
  if (NODES[neuron] === undefined)
    throw new InputError(
      `NIR cannot express this network: none of its nodes is the neuron ${neuron}`,
      `Runs with network.neuron=${Object.keys(NODES).join(', ')} can be exported.`,
    );
  if (temporal === 'repeat')
    throw new InputError(
      encoding === 'poisson'
        ? 'NIR cannot express this network: it has no node that draws Poisson spikes of an input'
        : 'NIR cannot express this network: it has no node that averages an output over time steps (temporal=repeat)',
      'Runs with temporal=condense or pad can be exported.',
    );
}

/** [in,out] to NIR's [out,in]. */
function linear(weights: Float32Array, inputs: number, outputs: number): NirNode {
  const weight = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) weight[o * inputs + i] = weights[i * outputs + o];
  return { type: 'Linear', weight, shape: [outputs, inputs] };
}

function neuronNode(network: NetworkSpec, layer: number, width: number, neurons: ReadonlyMap<string, Float32Array>): [string, NirNode] {
  const { parameters } = neuronNamed(network.neuron);
  const all = (value: number): Float32Array => new Float32Array(width).fill(value);
  const valuesOf = (name: string): Float32Array => {
    const { learned } = parameters[name];
    if (learned === null) return all(parameterValues(network)[name]);
    const values = neurons.get(`n${layer}.${name}`)!.map((raw) => valueOf(learned, raw));
    return values.length === 1 ? all(values[0]) : values;
  };
  const fires = { r: all(1), v_threshold: valuesOf('threshold').map(justBelow), v_reset: all(0) };
  return NODES[network.neuron] === 'IF'
    ? [`if_${layer}`, { type: 'IF', ...fires }]
    : [`lif_${layer}`, { type: 'LIF', tau: valuesOf('tau'), v_leak: all(0), ...fires }];
}

/** The greatest 32-bit number below the 32-bit number nearest to a positive `value`. */
function justBelow(value: number): number {
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  number[0] = value;
  bits[0]--;
  return number[0];
}

function describe(network: NetworkSpec, features: number, inputSteps: Float32Array | null): Record<string, string> {
  const { neuron, temporal, order, viewFrequencies } = network;
  const encoded = featureFrequencies(network);
  const places = features / (1 + 2 * encoded);
  const encoding = encoded === 0 ? '' : `, their sines and their cosines at ${encoded} frequencies`;
  const levels = inputLevels(network);
  return {
    producer: 'SpikeRay',
    dt: '1',
    time: `one step a network sample along the ray, ${order}${temporal === 'pad' ? '; a zero input for every step without a sample between two samples' : ''}; membranes start at 0 with every ray`,
    input: `${places} interpolated features${encoding}, then the unit view direction, its sines and its cosines at ${viewFrequencies} frequencies`,
    ...(levels.features > 0
      ? { features: `clamp(round(x / step), -${levels.features}, ${levels.features}), halves to even; steps ${[...inputSteps!].join(' ')}` }
      : {}),
    ...(levels.views > 0 ? { view: `round(${levels.views} x), halves to even` } : {}),
    output: 'colour = sigmoid(output) of the same time step',
    discretisation: `${NODES[neuron] === 'IF' ? 'v + r I' : 'v + (v_leak - v + r I) / tau'}, then spike where v > v_threshold, then v_reset`,
  };
}
