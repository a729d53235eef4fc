/** The potentials at which the neurons of a field fire, and what a spike gives on, from its tensors: what was learned, and what is set. */
import { learnedParameters, potentialLeaf } from '../neurons/define-neuron.ts';
import { evaluateRows } from '../neurons/evaluate-rows.ts';
import { leaf, type Expr } from '../neurons/graph.ts';
import { neuronNamed } from '../neurons/index.ts';
import { valueOf } from '../neurons/parameters.ts';
import { hiddenWidths, parameterValues } from '../neurons/settings.ts';
import type { FieldSpec, NetworkSpec } from './field-spec.ts';
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
      const found = await parametersOf(field, network, layer);
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
      amplitude === null ? 1 : (await parametersOf(field, network, layer)).get(amplitude)![0],
    ),
  );
}

/** Values of the parameters of a layer's neurons by name, one for all or one each. */
async function parametersOf(field: FieldTensors, network: NetworkSpec, layer: number): Promise<Map<string, Float32Array>> {
  const found = new Map(Object.entries(parameterValues(network)).map(([name, value]) => [name, Float32Array.of(value)]));
  for (const [name, { learned }] of learnedParameters(neuronNamed(network.neuron)))
    found.set(
      name,
      (await field.read(`n${layer + 1}.${name}`)).map((raw) => valueOf(learned, raw)),
    );
  return found;
}
