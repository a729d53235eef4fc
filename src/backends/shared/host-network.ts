/** A colour network on the host, from an engine's tensors: layers by their kinds, neurons by their expressions, in single precision. */
import { neuronValues } from '../../model/neuron-values.ts';
import type { FieldEngine } from '../../engine/backend.ts';
import type { ProbedLayer } from '../../engine/probe.ts';
import { summedParts } from '../../model/layers/hetsyn-factors.ts';
import type { LayerOps } from '../../model/layers/layer-kind.ts';
import { readRepeats } from '../../model/learned-repeats.ts';
import { layersOf, type NetworkLayer } from '../../model/network-layers.ts';
import { seenWeights } from '../../model/quantised-layers.ts';
import { inputLeaf, potentialLeaf, type NeuronDefinition } from '../../neurons/define-neuron.ts';
import { evaluateRows } from '../../neurons/evaluate-rows.ts';
import { leaf, type Expr } from '../../neurons/graph.ts';
import { neuronNamed } from '../../neurons/index.ts';

/** What a time step gave. */
export interface HostStep {
  readonly inputs: Float32Array;
  readonly layers: readonly ProbedLayer[];
  /** [3] */
  readonly logits: Float32Array;
}

interface Matrix {
  readonly data: Float32Array;
  readonly columns: number;
}

interface HostLayer {
  readonly layer: NetworkLayer;
  readonly tensors: readonly Matrix[];
  /** Values of the parameters of the neurons behind it. */
  readonly parameters: ReadonlyMap<Expr, Float32Array>;
}

export class HostNetwork {
  private readonly neuron: NeuronDefinition;
  private readonly layers: readonly HostLayer[];
  /** Time steps of each hidden layer where these are learned (model/learned-repeats.ts). */
  private readonly lengths: readonly number[] | null;

  private constructor(neuron: NeuronDefinition, layers: readonly HostLayer[], lengths: readonly number[] | null) {
    this.neuron = neuron;
    this.layers = layers;
    this.lengths = lengths;
  }

  /** The most time steps that a layer has of its own; null where all go by the samples. */
  get longest(): number | null {
    return this.lengths && Math.max(...this.lengths);
  }

  /** The network of an engine whose field has one. */
  static async read(engine: Pick<FieldEngine, 'spec' | 'read'>): Promise<HostNetwork> {
    const { spec } = engine;
    const read = (name: string): Promise<Float32Array> => engine.read(name);
    const network = spec.network!;
    const neuron = neuronNamed(network.neuron);
    const weights = await seenWeights(spec, read);
    const leafOf = (name: string): Expr => leaf('param', name, neuron.parameters[name].scope === 'layer');
    const layers = layersOf(spec);
    const hosted: HostLayer[] = [];
    for (const layer of layers) {
      const values = layer.number < layers.length ? await neuronValues(network, layer.number - 1, read) : [];
      const parameters = new Map([...values].map(([name, value]) => [leafOf(name), value] as const));
      const tensors = layer.tensors.map(({ name, shape }) => ({ data: weights.get(name)!, columns: shape[shape.length - 1] }));
      hosted.push({ layer, tensors, parameters });
    }
    return new HostNetwork(neuron, hosted, await readRepeats(network, read));
  }

  /** One sequence of time steps; membranes begin at 0. `inputs` [I] of each step. */
  run(inputs: readonly Float32Array[]): HostStep[] {
    return this.lengths === null ? this.runInStep(inputs) : this.runSqueezed(inputs, this.lengths);
  }

  /** Each layer for its own number of steps, in which it is shown the mean of those of the layer before; behind them it is silent. */
  private runSqueezed(inputs: readonly Float32Array[], lengths: readonly number[]): HostStep[] {
    let values = inputs[0];
    const activity: ProbedLayer[][] = inputs.map(() => []);
    this.layers.slice(0, -1).forEach(({ layer, tensors, parameters }, index) => {
      const { data } = layer.kind.currents(hostOps, { data: values, columns: layer.inputs }, tensors);
      const shown = concatenated(new Array<Float32Array>(lengths[index]).fill(data));
      const outputs = this.scan(shown, layer.outputs, parameters, (step, probed) => activity[step].push(probed));
      const over = { potentials: new Float32Array(layer.outputs), neurons: new Uint16Array(0), values: new Float32Array(0) };
      for (const step of activity.slice(lengths[index])) step.push(over);
      values = new Float32Array(layer.outputs);
      outputs.forEach((output, i) => (values[i % layer.outputs] += output / lengths[index]));
    });
    const { layer, tensors } = this.layers[this.layers.length - 1];
    const { data } = layer.kind.currents(hostOps, { data: values, columns: layer.inputs }, tensors);
    return inputs.map((of, step) => ({ inputs: of, layers: activity[step], logits: data }));
  }

  private runInStep(inputs: readonly Float32Array[]): HostStep[] {
    let rows: Matrix = { data: concatenated(inputs), columns: this.layers[0].layer.inputs };
    const activity: ProbedLayer[][] = inputs.map(() => []);
    this.layers.slice(0, -1).forEach(({ layer, tensors, parameters }) => {
      const currents = currentsOverTime(layer, rows, tensors);
      const outputs = this.scan(currents.data, layer.outputs, parameters, (row, probed) => activity[row].push(probed));
      rows = { data: outputs, columns: layer.outputs };
    });
    const { layer, tensors } = this.layers[this.layers.length - 1];
    const { data, columns } = layer.kind.currents(hostOps, rows, tensors);
    return inputs.map((of, row) => ({ inputs: of, layers: activity[row], logits: data.subarray(row * columns, (row + 1) * columns) }));
  }

  /** Neurons of a layer over time. Returns their outputs [n,W]. */
  private scan(
    currents: Float32Array,
    width: number,
    parameters: ReadonlyMap<Expr, Float32Array>,
    tell: (row: number, layer: ProbedLayer) => void,
  ): Float32Array {
    const { potential, output, next, states } = this.neuron;
    const outputs = new Float32Array(currents.length);
    let before: readonly Float32Array[] = states.map(() => new Float32Array(width));
    for (let row = 0; row * width < currents.length; row++) {
      const leaves = new Map([...parameters, [inputLeaf, currents.subarray(row * width, (row + 1) * width)] as const]);
      states.forEach((state, i) => leaves.set(leaf('state', state), before[i]));
      const [potentials] = evaluateRows([potential], leaves, width);
      const [out, ...after] = evaluateRows([output, ...next], leaves.set(potentialLeaf, potentials), width);
      before = after;
      outputs.set(out, row * width);
      const neurons = Uint16Array.from([...out.keys()].filter((neuron) => out[neuron] !== 0));
      tell(row, { potentials: potentials.slice(), neurons, values: Float32Array.from(neurons, (neuron) => out[neuron]) });
    }
    return outputs;
  }
}

/** [n,W] of the n time steps of a sequence. */
function currentsOverTime({ kind, outputs }: NetworkLayer, rows: Matrix, tensors: readonly Matrix[]): Matrix {
  if (kind.memory === undefined) return kind.currents(hostOps, rows, tensors);
  let state: Matrix | null = null;
  const steps: Float32Array[] = [];
  for (let first = 0; first < rows.data.length; first += rows.columns) {
    const row = { ...rows, data: rows.data.subarray(first, first + rows.columns) };
    const step: { readonly currents: Matrix; readonly state: Matrix } = kind.memory.step(hostOps, row, state, tensors);
    state = step.state;
    steps.push(step.currents.data);
  }
  return { data: concatenated(steps), columns: outputs };
}

function concatenated(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let first = 0;
  for (const row of rows) {
    all.set(row, first);
    first += row.length;
  }
  return all;
}

const elementwise =
  (apply: (x: number, y: number) => number) =>
  (a: Matrix, b: Matrix): Matrix => ({ ...a, data: a.data.map((value, i) => apply(value, b.data[i % b.data.length])) });

const hostOps: LayerOps<Matrix> = {
  multiply: (rows, matrix) => {
    const count = rows.data.length / rows.columns;
    const data = new Float32Array(count * matrix.columns);
    for (let row = 0; row < count; row++)
      for (let column = 0; column < matrix.columns; column++) {
        let sum = 0;
        for (let i = 0; i < rows.columns; i++) sum += rows.data[row * rows.columns + i] * matrix.data[i * matrix.columns + column];
        data[row * matrix.columns + column] = sum;
      }
    return { data, columns: matrix.columns };
  },
  add: elementwise((x, y) => x + y),
  scale: elementwise((x, y) => x * y),
  // There is one row: [1,in,out] lies as [in,out] does.
  perSynapse: (row, matrix) => ({ ...matrix, data: matrix.data.map((weight, i) => weight * row.data[Math.floor(i / matrix.columns)]) }),
  sumOverInputs: (synapses) => {
    const data = new Float32Array(synapses.columns);
    synapses.data.forEach((value, i) => (data[i % synapses.columns] += value));
    return { ...synapses, data };
  },
  sumParts: ({ data, columns }, parts) => ({ data: summedParts(data, parts, columns / parts), columns: columns / parts }),
};
