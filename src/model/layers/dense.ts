/** currents = rows w: every output sees every input, no bias; initial weights are those of torch.nn.Linear, uniform in +-1/sqrt(inputs). */
import type { LayerKind } from './layer-kind.ts';

export const dense: LayerKind = {
  name: 'dense',
  description: 'a matrix from all inputs to all outputs, without bias',
  tensors: ({ inputs, outputs }) => [{ suffix: '', shape: [inputs, outputs], bound: 1 / Math.sqrt(inputs) }],
  currents: ({ multiply }, rows, [matrix]) => multiply(rows, matrix),
};
