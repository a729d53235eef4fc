/**
 * Bytes that a field needs on this backend. Gradients are dense and the tape of the automatic differentiation keeps every intermediate
 * tensor, so this is many times what the field itself takes. The factors were measured as the peak of a training step.
 */
import { featureInputs } from '../../model/feature-encoding.ts';
import { representationOf } from '../../model/representations/index.ts';
import { networkParameters, type ParameterName } from '../../model/tensor-names.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import { checkRateNetwork } from '../shared/check-layers.ts';
import { fieldFloatsOf } from '../shared/field-floats.ts';
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import { viewInputs, type FieldSpec } from '../../model/field-spec.ts';
import { layersOf } from '../../model/network-layers.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import type { Capacity } from '../../engine/backend.ts';

/** Rays rendered at a time. */
export const RENDER_RAYS = 2048;

/** Copies of a parameter in a training step: itself, two moments, gradient, and the temporaries of scatter and Adam. */
const TRAINING_COPIES = 21;
/** Share of the longest ray's steps that is taken for the longest sequence of samples; free space and the end of rays cut off the rest. */
const SAMPLED_SHARE = 1 / 4;
/** Tensors [T,R,W] that a hidden layer keeps on the tape, and in rendering. */
const [TAPE_TENSORS, RENDER_TENSORS] = [40, 14];
/** Tensors [T,R,in,out] of a layer whose synapses have currents: what decays, what comes in, their sum. */
const SYNAPSE_TENSORS = 3;

/** Throws InputError for a network that cannot be trained through rates, if it is to be. */
export function estimateBytes(spec: FieldSpec, { voxels, fieldFloats, trainRays, teacherVoxels = 0 }: Capacity): number {
  if (spec.network !== null) checkRateNetwork(spec.network);
  const steps = Math.ceil(maxStepsPerRay(spec) * SAMPLED_SHARE);
  const copies = trainRays > 0 ? TRAINING_COPIES : 1;
  const training = trainRays * stepFloats(spec, TAPE_TENSORS);
  const rendering = RENDER_RAYS * stepFloats(spec, RENDER_TENSORS);
  const network = floatsOf(spec, networkParameters(spec));
  const grids = fieldFloatsOf(spec, { voxels, fieldFloats });
  const teacher = teacherVoxels > 0 ? teacherVoxels * representationOf(spec).features + network : 0;
  return 4 * ((grids + network) * copies + teacher + gridExtras(voxels) + Math.max(training, rendering) * steps);
}

function floatsOf(spec: FieldSpec, names: readonly ParameterName[]): number {
  return names.reduce((sum, name) => sum + tensorShape(name, spec).reduce((a, b) => a * b), 0);
}

/** Rate, the density as an array, occupancy. */
function gridExtras(voxels: number): number {
  return voxels * 2.25;
}

/** Floats of one time step of one ray: eight corners with their weights and features, inputs, hidden layers. */
function stepFloats(spec: FieldSpec, hiddenTensors: number): number {
  const { network } = spec;
  const { features } = representationOf(spec);
  const gathered = 8 * (2 + 5 * features);
  if (network === null) return gathered;
  const neurons = hiddenWidths(network).reduce((a, b) => a + b, 0);
  const synapses = layersOf(spec).reduce((sum, { kind, inputs, outputs }) => sum + (kind.memory?.floats({ inputs, outputs }) ?? 0), 0);
  return gathered + 6 * (featureInputs(spec) + viewInputs(network)) + neurons * hiddenTensors + synapses * SYNAPSE_TENSORS;
}
