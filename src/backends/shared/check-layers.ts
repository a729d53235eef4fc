/** Refusals of kernels that are made for the published network, two hidden dense layers of one width, and for training through time. */
import { BackendError } from '../../base/errors.ts';
import { checkBackward, learnsFromRates } from '../../config/backward.ts';
import type { Capacity } from '../../engine/backend.ts';
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

/** Throws BackendError for training through rates; pictures of such a network are those of any other. */
export function checkThroughTime(network: NetworkSpec, { trainRays }: Capacity, backend: string): void {
  checkBackward(network);
  if (trainRays === 0 || !learnsFromRates(network)) return;
  throw new BackendError(
    `The kernels of the ${backend} backend keep every time step and differentiate it; they do not train with network.backward=rate.`,
    'Use --backend wasm, or --set network.backward=time.',
  );
}
