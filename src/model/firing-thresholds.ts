/** The potentials at which the neurons of a field fire, from its tensors: those that were learned, and those that are set. */
import { learnedParameters, potentialLeaf } from '../neurons/define-neuron.ts';
import { evaluateRows } from '../neurons/evaluate-rows.ts';
import { leaf, type Expr } from '../neurons/graph.ts';
import { neuronNamed } from '../neurons/index.ts';
import { valueOf } from '../neurons/parameters.ts';
import { hiddenWidths, parameterValues } from '../neurons/settings.ts';
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
  const constants = parameterValues(network);
  return Promise.all(
    hiddenWidths(network).map(async (width, layer) => {
      const values = new Map<Expr, Float32Array>();
      const leafOf = (name: string): Expr => leaf('param', name, neuron.parameters[name].scope === 'layer');
      for (const [name, value] of Object.entries(constants)) values.set(leafOf(name), Float32Array.of(value));
      for (const [name, { learned }] of learnedParameters(neuron))
        values.set(
          leafOf(name),
          (await field.read(`n${layer + 1}.${name}`)).map((raw) => valueOf(learned, raw)),
        );
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
