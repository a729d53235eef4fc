/** The potentials at which the neurons of a field fire, and what a spike gives on, from its tensors: what was learned, and what is set. */
import { neuronValues } from './neuron-values.ts';
import { potentialLeaf } from '../neurons/define-neuron.ts';
import { evaluateRows } from '../neurons/evaluate-rows.ts';
import { leaf, type Expr } from '../neurons/graph.ts';
import { neuronNamed } from '../neurons/index.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import type { FieldSpec } from './field-spec.ts';
import type { TensorName } from './tensor-names.ts';

export interface FieldTensors {
  readonly spec: FieldSpec;
  read(name: TensorName): Promise<Float32Array>;
}

/** [W] of each step that makes up the spikes, ascending, of each hidden layer; no steps for an analogue output, no layers without a network. */
export async function firingThresholds(field: FieldTensors): Promise<Float32Array[][]> {
  const { network } = field.spec;
  if (network === null) return [];
  const neuron = neuronNamed(network.neuron);
  return Promise.all(
    hiddenWidths(network).map(async (width, layer) => {
      const found = await neuronValues(network, layer, (name) => field.read(name));
      const values = new Map<Expr, Float32Array>();
      for (const [name, value] of found) values.set(leaf('param', name, neuron.parameters[name].scope === 'layer'), value);
      const thresholds = neuron.terms.map(({ spike: { args } }) => {
        const at = (potential: number): Float32Array[] =>
          evaluateRows(args, new Map([...values, [potentialLeaf, Float32Array.of(potential)] as const]), width);
        // What is compared is linear in the potential: h, or -h for spikes of the other sign.
        const [[zero, threshold], [one]] = [at(0), at(1)];
        return threshold.map((value, i) => (value - zero[i]) / (one[i] - zero[i]));
      });
      return thresholds.sort((a, b) => a[0] - b[0]);
    }),
  );
}

/** What a spike of size 1 gives to the next layer, of each hidden layer: 1, or the amplitude of its neurons. */
export async function spikeUnits(field: FieldTensors): Promise<number[]> {
  const { network } = field.spec;
  if (network === null) return [];
  const { amplitude } = neuronNamed(network.neuron);
  return Promise.all(
    hiddenWidths(network).map(async (_, layer) =>
      amplitude === null ? 1 : (await neuronValues(network, layer, (name) => field.read(name))).get(amplitude)![0],
    ),
  );
}
