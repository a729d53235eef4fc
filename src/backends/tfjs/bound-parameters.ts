/** What the forward pass computes with: the tensors of a field, weights as their quantisers show them, raw values of the neurons by layer. */
import type { FieldSpec } from '../../model/field-spec.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { learnsRepeats } from '../../config/backward.ts';
import { repeatsTensors } from '../../model/learned-repeats.ts';
import { layersOf, weightTensors } from '../../model/network-layers.ts';
import { quantisedLayers } from '../../model/quantised-layers.ts';
import { RISE } from '../../neurons/regulated-lif.ts';
import { hiddenWidths, neuronTensors } from '../../neurons/settings.ts';
import { bindLayers } from './colour-network.ts';
import type { FieldTensors } from './field-tensors.ts';
import type { Parameters } from './forward.ts';
import { quantisedTensor } from './quantised-weights.ts';
import type { FieldParameters } from './representations/representation.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import type { RawParameters } from './tfjs-neuron.ts';

/** @param rises [W] of each hidden layer: how far thresholds are raised; default: not at all */
export function boundParameters(tf: TensorFlow, spec: FieldSpec, tensors: FieldTensors, rises?: readonly Float32Array[]): Parameters {
  const { network } = spec;
  return {
    field: fieldParameters(tensors),
    layers: network && bindLayers(layersOf(spec), seenWeights(tf, spec, tensors)),
    ...(inputLevels(network).features > 0 ? { inputSteps: tensors.get('inputSteps') } : {}),
    neurons: network
      ? hiddenWidths(network).map((_, layer) => ({
          ...rawParameters(spec, tensors, layer),
          ...(rises === undefined ? {} : { [RISE]: tf.tensor1d(rises[layer]) }),
        }))
      : [],
    ...(network !== null && learnsRepeats(network) ? { repeats: repeatsTensors(network).map(({ name }) => tensors.get(name)) } : {}),
  };
}

/** The tensors of the representation. */
export function fieldParameters(tensors: FieldTensors): FieldParameters {
  return Object.fromEntries(tensors.grids.map(({ name }) => [name, tensors.get(name)]));
}

/** The tensors of all layers, quantised where the network says so. */
function seenWeights(tf: TensorFlow, spec: FieldSpec, tensors: FieldTensors): Tensor[] {
  const quantised = new Map(quantisedLayers(spec).map((layer) => [layer.weight, layer]));
  return weightTensors(spec).map(({ name }) => {
    const [raw, layer] = [tensors.get(name), quantised.get(name)];
    return layer === undefined ? raw : quantisedTensor(tf, layer, raw, (own) => tensors.get(own));
  });
}

function rawParameters(spec: FieldSpec, tensors: FieldTensors, layer: number): RawParameters {
  const own = neuronTensors(spec.network).filter((tensor) => tensor.layer === layer);
  return Object.fromEntries(own.map(({ name, parameter }) => [parameter, tensors.get(name)]));
}
