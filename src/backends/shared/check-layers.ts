/** The one refusal of kernels that are made for the published network: two hidden dense layers of one width. */
import { BackendError } from '../../base/errors.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { dense } from '../../model/layers/dense.ts';

/** Throws BackendError for another list of layers. The network of `width` alone passes. */
export function checkTwoEqualLayers(network: NetworkSpec | null, backend: string): void {
  const layers = network?.layers ?? null;
  if (network === null || layers === null) return;
  const fits = layers.length === 2 && layers.every(({ kind, width }) => kind === dense.name && width === network.width);
  if (fits) return;
  const found = layers.map(({ kind, width }) => `${kind} ${width}`).join(', ');
  throw new BackendError(
    `The kernels of the ${backend} backend have two hidden dense layers of network.width=${network.width} neurons; this network has: ${found}.`,
    'Use --backend tfjs, or --set network.layers=null.',
  );
}
