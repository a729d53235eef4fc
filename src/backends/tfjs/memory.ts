/**
 * Bytes that a field needs on this backend. Gradients are dense and the tape of the automatic differentiation keeps every intermediate
 * tensor, so this is many times what the field itself takes.
 */
import { maxStepsPerRay, viewInputs, type FieldSpec } from '../../model/field-spec.ts';
import type { Capacity } from '../backend.ts';
import { parameterShapes } from './field-tensors.ts';

/** Rays rendered at a time. */
export const RENDER_RAYS = 2048;

/** Copies of a parameter in a training step: itself, two moments, gradient, and the temporaries of scatter and Adam. */
const TRAINING_COPIES = 10;
/** Share of the longest ray's steps that is taken for the longest sequence of samples; free space and the end of rays cut off the rest. */
const SAMPLED_SHARE = 1 / 4;
/** Tensors [T,R,W] that a hidden layer keeps on the tape, and in rendering. */
const [TAPE_TENSORS, RENDER_TENSORS] = [20, 6];

export function estimateBytes(spec: FieldSpec, capacity: Capacity): number {
  const training = capacity.trainRays > 0;
  const rays = Math.max(capacity.trainRays, RENDER_RAYS);
  const steps = Math.ceil(maxStepsPerRay(spec) * SAMPLED_SHARE);
  return (
    4 *
    (parameterFloats(spec, capacity.voxels) * (training ? TRAINING_COPIES : 1) +
      gridExtras(capacity.voxels) +
      rays * steps * stepFloats(spec, training))
  );
}

function parameterFloats(spec: FieldSpec, voxels: number): number {
  const network = Object.entries(parameterShapes(spec))
    .filter(([name]) => name.startsWith('w'))
    .reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b), 0);
  return voxels * (1 + spec.featureChannels) + network;
}

/** Rate, the density as an array, occupancy. */
function gridExtras(voxels: number): number {
  return voxels * 2.25;
}

/** Floats of one time step of one ray: eight corners with their weights and features, inputs, hidden layers. */
function stepFloats({ featureChannels, network }: FieldSpec, training: boolean): number {
  const gathered = 8 * (2 + 2 * featureChannels);
  if (network === null) return gathered;
  const inputs = 3 * (featureChannels + viewInputs(network));
  return gathered + inputs + 2 * network.width * (training ? TAPE_TENSORS : RENDER_TENSORS);
}
