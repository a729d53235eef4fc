/**
 * A colour network as a list of layers, the output layer last: what each takes in and gives out, and its tensors by name. Layer l (1, 2, ...)
 * has the matrix `w{l}`; every layer but the last has neurons behind it, whose learned parameters are `n{l}.NAME`.
 */
import { hiddenWidths } from '../neurons/settings.ts';
import { viewInputs, type FieldSpec, type NetworkSpec } from './field-spec.ts';
import { featureInputs } from './feature-encoding.ts';
import { dense } from './layers/dense.ts';
import { layerKindNamed } from './layers/index.ts';
import type { LayerKind, LayerTensor } from './layers/layer-kind.ts';

export type WeightName = `w${number}` | `w${number}.${string}`;

export interface WeightTensor extends LayerTensor {
  readonly name: WeightName;
}

export interface NetworkLayer {
  /** 1, 2, ... */
  readonly number: number;
  readonly kind: LayerKind;
  readonly inputs: number;
  readonly outputs: number;
  readonly tensors: readonly WeightTensor[];
}

/** What of a field says how its network is. Its inputs are the features of the representation, then the view terms. */
export type NetworkedSpec = Pick<FieldSpec, 'network' | 'representation'>;

/** Channels of the network's output: the logits of red, green and blue. */
export const COLOUR_CHANNELS = 3;

/** Throws InputError if a kind of layer is not known. */
export function networkLayers(network: NetworkSpec, inputs: number): NetworkLayer[] {
  const widths = hiddenWidths(network);
  const kinds = network.layers?.map(({ kind }) => layerKindNamed(kind)) ?? widths.map(() => dense);
  return [...widths, COLOUR_CHANNELS].map((outputs, index) => {
    const kind = index < widths.length ? kinds[index] : dense;
    const size = { inputs: index === 0 ? inputs : widths[index - 1], outputs };
    const number = index + 1;
    const tensors = kind.tensors(size).map((tensor) => ({ ...tensor, name: `w${number}${tensor.suffix}` as WeightName }));
    return { number, kind, ...size, tensors };
  });
}

/** The layers of a field's network; none without one. */
export function layersOf(spec: NetworkedSpec): NetworkLayer[] {
  return spec.network === null ? [] : networkLayers(spec.network, featureInputs(spec) + viewInputs(spec.network));
}

/** The tensors of all layers, in order. */
export function weightTensors(spec: NetworkedSpec): WeightTensor[] {
  return layersOf(spec).flatMap(({ tensors }) => tensors);
}
