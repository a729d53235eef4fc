/** Refusals of kernels that are made for the published network, two hidden layers of one width, and for training through time. */
import { BackendError, InputError } from '../../base/errors.ts';
import { checkBackward, learnsFromRates, learnsRepeats } from '../../config/backward.ts';
import type { Capacity } from '../../engine/backend.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { dense } from '../../model/layers/dense.ts';
import { layerKindNamed } from '../../model/layers/index.ts';
import type { LayerKind } from '../../model/layers/layer-kind.ts';

/** Throws BackendError for another list of layers, or one of a kind that the backend has not. The network of `width` alone passes. */
export function checkTwoEqualLayers(network: NetworkSpec | null, backend: string, kinds: readonly LayerKind[] = [dense]): void {
  const layers = network?.layers ?? null;
  if (network === null || layers === null) return;
  const fits = layers.length === 2 && layers.every(({ kind, width }) => kinds.some(({ name }) => name === kind) && width === network.width);
  if (fits) return;
  const found = layers.map(({ kind, width }) => `${kind} ${width}`).join(', ');
  throw new BackendError(
    `The kernels of the ${backend} backend have two hidden layers (${kinds.map(({ name }) => name).join(' or ')}) of network.width=${network.width} neurons; this network has: ${found}.`,
    'Use --backend tfjs, or --set network.layers=null.',
  );
}

/** Throws InputError where gradients cannot pass through rates, or layers learn their time steps: on the time of rays, and through layers that carry something from step to step. */
export function checkRateNetwork(network: NetworkSpec): void {
  checkBackward(network);
  if (!learnsFromRates(network) && !learnsRepeats(network)) return;
  const carrying = network.layers?.find(({ kind }) => layerKindNamed(kind).memory !== undefined);
  if (carrying === undefined) return;
  const [setting, other] = learnsRepeats(network)
    ? ['network.learnRepeats=true', 'network.learnRepeats=false']
    : ['network.backward=rate', 'network.backward=time'];
  throw new InputError(
    `${setting} has no meaning with a layer of kind ${carrying.kind}: its currents depend on the steps before, a mean rate does not say how`,
    `Use dense layers, or --set ${other}.`,
  );
}

/** Throws BackendError for training through rates, whose pictures are those of any other network, and for layers with time steps of their own. */
export function checkThroughTime(network: NetworkSpec, { trainRays }: Capacity, backend: string): void {
  checkRateNetwork(network);
  if (learnsRepeats(network))
    throw new BackendError(
      `The kernels of the ${backend} backend take all layers through the same time steps; this network learns those of each (network.learnRepeats).`,
      'Use --backend wasm.',
    );
  if (trainRays === 0 || !learnsFromRates(network)) return;
  throw new BackendError(
    `The kernels of the ${backend} backend keep every time step and differentiate it; they do not train with network.backward=rate.`,
    'Use --backend wasm, or --set network.backward=time.',
  );
}
