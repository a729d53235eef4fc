/** Settings of the colour network (schema.ts); a field's spec has them too. */
import { builtInNeurons } from '../neurons/index.ts';
import { SURROGATE_SETTINGS } from '../neurons/surrogates.ts';
import { z } from 'zod';
import { positive } from './numbers.ts';

const levels = z.number().int().min(0).max(127).default(0);

export const networkSchema = z.strictObject({
  // Any text here, so that a checkpoint with a neuron of another program can be read; the command line knows the built-in names.
  neuron: z
    .string()
    .meta({ enum: builtInNeurons.map(({ name }) => name) })
    .describe('hidden neurons, see `spikeray neurons`; relu is the ANN twin'),
  neuronParameters: z.record(z.string(), z.number()).describe('parameters of the neuron, see `spikeray neurons`'),
  neuronRate: z.number().min(0).describe("factor on the network's learning rate for the neurons' learned parameters"),
  surrogate: z.enum(['own', ...SURROGATE_SETTINGS]).describe("surrogate gradient of a spike; own: the neuron's"),
  surrogateAlpha: positive.nullable().describe('steepness of the surrogate; null: its own'),
  width: z.number().int().min(16).max(256).multipleOf(16).describe('hidden neurons a layer, a multiple of 16'),
  layers: z
    .array(
      z.strictObject({
        kind: z.string().describe('kind of the layer: dense, hetsyn, or hetsyn-1, -2, -4, -8'),
        width: z.number().int().min(1).max(4096).describe('its neurons'),
      }),
    )
    .min(1)
    .max(16)
    .nullable()
    .default(null)
    .describe('hidden layers in place of two dense ones of `width` neurons; other lists run on the backend tfjs. null: those two'),
  // Any text, as for the neuron.
  quantiser: z
    .union([z.string(), z.array(z.string().nullable()).min(1).max(17)])
    .nullable()
    .default(null)
    .describe('quantiser of the weights: one for all layers, or a list with one or null for each, the output layer included; null: none'),
  viewFrequencies: z.number().int().min(0).max(8).describe('frequencies of the view-direction encoding'),
  featureFrequencies: z
    .number()
    .int()
    .min(0)
    .max(4)
    .default(0)
    .describe('frequencies of the encoding of the features, which have their sines and cosines as inputs besides (TensoRF: 2); 0: none'),
  temporal: z.enum(['condense', 'pad', 'repeat']).describe('time axis: condensed (TCP), padded (TP), or each sample repeated'),
  order: z.enum(['near-to-far', 'far-to-near']).describe('which sample of a ray is the first time step'),
  repeats: z.number().int().min(1).max(64).describe('time steps a sample, for temporal=repeat'),
  learnRepeats: z
    .boolean()
    .default(false)
    .describe(
      'for temporal=repeat: every hidden layer learns its own number of time steps, from `repeats` to at most one more, and gives on the mean of its outputs',
    ),
  encoding: z.enum(['direct', 'poisson']).describe('input of repeated steps, for temporal=repeat'),
  backward: z
    .enum(['time', 'rate'])
    .default('time')
    .describe('what training differentiates, for temporal=repeat: every time step, or firing rates only (memory flat in repeats)'),
  featureLevels: levels.describe('features in front of layer 1 as spikes of -n to n steps, but with encoding=poisson; 0: real numbers'),
  viewLevels: levels.describe('view terms in front of layer 1 as spikes of -n to n steps, but with encoding=poisson; 0: real numbers'),
  dropout: z.number().min(0).lt(1).default(0).describe('moderate dropout (LTMD): mean share of spiking neurons dropped on a training ray'),
});

export type NetworkConfig = z.infer<typeof networkSchema>;
