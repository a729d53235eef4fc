/** Fields that the kernels of the webgpu backend have not, wherever these run: in a process that trains, or in a page that draws. */
import { BackendError } from '../../base/errors.ts';
import type { Capacity } from '../../engine/backend.ts';
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { viewInputs, type FieldSpec } from '../../model/field-spec.ts';
import { dense } from '../../model/layers/dense.ts';
import { hetsynFactored } from '../../model/layers/index.ts';
import { isPoisson } from '../../model/network-facts.ts';
import { COLOUR_CHANNELS } from '../../model/network-layers.ts';
import { representationOf } from '../../model/representations/index.ts';
import { checkThroughTime, checkTwoEqualLayers } from '../shared/check-layers.ts';

/** Bits of the two words in which a row's input spikes lie. */
const MOST_SPIKING_INPUTS = 64;

/** Throws BackendError for fields and trainings beyond the kernels, InputError for settings that have no meaning together. */
export function checkField(spec: FieldSpec, capacity: Capacity): void {
  checkTwoEqualLayers(spec.network, 'webgpu', [dense, ...hetsynFactored]);
  if (spec.network !== null) checkThroughTime(spec.network, capacity, 'webgpu');
  checkChannels(spec);
  checkTeaching(capacity);
}

/** Without a network features are colour logits; Poisson encoding has a bit for every input. */
function checkChannels(spec: FieldSpec): void {
  const { features } = representationOf(spec);
  const { network } = spec;
  if (featureFrequencies(network) > 0)
    throw new BackendError(
      `The webgpu backend shows the network features as they are; the field has network.featureFrequencies=${featureFrequencies(network)}.`,
      'Use --backend wasm.',
    );
  if (network === null) {
    if (features === COLOUR_CHANNELS) return;
    throw new BackendError(
      `The webgpu backend has ${COLOUR_CHANNELS} features without a network; the field has ${features}.`,
      'Use --backend wasm for other numbers.',
    );
  }
  const inputs = features + viewInputs(network);
  if (!isPoisson(network) || inputs <= MOST_SPIKING_INPUTS) return;
  throw new BackendError(
    `The webgpu backend encodes at most ${MOST_SPIKING_INPUTS} inputs as Poisson spikes; the field has ${inputs}.`,
    'Use --backend wasm, or fewer features (--set field.features=…).',
  );
}

/** Kernels see a row at a time, and run the layers of a teacher once a sample. */
function checkTeaching({ teacherGrams, teacherSpikes }: Capacity): void {
  if (teacherGrams === true)
    throw new BackendError(
      'The kernels of the webgpu backend compare the potentials of single samples with those of the teacher, not those of pairs (distillation.gram).',
      'Use --backend wasm, or --set distillation.gram=0.',
    );
  if (teacherSpikes === true)
    throw new BackendError(
      'On the webgpu backend a teacher is an ANN; this one is a network of spikes.',
      'Use --backend wasm, or --teacher twin.',
    );
}
