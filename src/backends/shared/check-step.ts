/** Whether a step, a rendering or a teacher fits a field and what its engine was made for: the same on every backend, before anything is computed. */
import { representationOf } from '../../model/representations/index.ts';
import { voxelCount } from '../../geometry/grid.ts';
import type { FieldSpec, NetworkSpec } from '../../model/field-spec.ts';
import { isPoisson } from '../../model/network-facts.ts';
import { learnsFromRates, learnsRepeats } from '../../config/backward.ts';
import { weightTensors } from '../../model/network-layers.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { isRaised } from '../../neurons/regulated-lif.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { spikingTensors } from '../../model/tensor-names.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import { variationReach, type VariationReach } from '../../model/total-variation.ts';
import type { Capacity, LossWeights, StepSettings, Teacher, TrainBatch } from '../../engine/backend.ts';
import type { Rays } from '../../geometry/rays.ts';

/** Reaches of total variation, each within the next. */
const REACHES: readonly VariationReach[] = ['nowhere', 'touched', 'everywhere'];

/**
 * Throws RangeError unless the engine's capacity has room for the step and its arrays have the lengths that its number of rays says.
 *
 * @param hasTeacher whether a teacher is set
 */
export function checkStep(batch: TrainBatch, settings: StepSettings, spec: FieldSpec, capacity: Capacity, hasTeacher: boolean): void {
  if (capacity.trainRays === 0)
    throw new RangeError('This engine was made for rendering only (Capacity.trainRays is 0); it does not train.');
  checkRays(batch);
  if (batch.count > capacity.trainRays)
    throw new RangeError(
      `A batch of ${batch.count} rays is beyond the capacity of this engine, ${capacity.trainRays} (Capacity.trainRays).`,
    );
  checkLength('target', batch.target, 3 * batch.count);
  checkLength('background', batch.background, 3 * batch.count);
  const { loss, dropout } = settings;
  if (loss.densityL1 !== 0 && representationOf(spec).sparse !== true)
    throw new RangeError(`The step draws the density's factors to 0; fields of the kind ${spec.representation.kind} have none.`);
  const [wanted, room] = [variationReach(loss.totalVariation), capacity.totalVariation ?? 'nowhere'];
  if (REACHES.indexOf(wanted) > REACHES.indexOf(room))
    throw new RangeError(
      `The step asks for total variation ${wanted}; this engine was made for it ${room}: create it with Capacity.totalVariation '${wanted}'.`,
    );
  if (spec.network !== null && dropout > 0 && capacity.dropout !== true)
    throw new RangeError(`The step drops ${dropout} of the neurons; this engine was made without: create it with Capacity.dropout.`);
  if (loss.teacherGram !== 0 && capacity.teacherGrams !== true)
    throw new RangeError(
      'The step compares Gram matrices of potentials; this engine was made without: create it with Capacity.teacherGrams.',
    );
  checkRates(spec.network, settings);
  usesTeacher(loss, hasTeacher);
  if (spec.network === null) return;
  const widths = hiddenWidths(spec.network);
  checkCount('loss.spikes', loss.spikes, widths.length);
  if (loss.potentials) checkCount('loss.potentials', loss.potentials, widths.length);
  checkRises(spec.network, settings.thresholdRises);
  for (const [layer, weights] of (loss.potentials ?? []).entries()) checkLength(`loss.potentials[${layer}]`, weights, widths[layer]);
}

/** Throws RangeError unless the neurons have thresholds that can be raised, and there is a rise for each. */
function checkRises(network: NetworkSpec, rises: StepSettings['thresholdRises']): void {
  if (rises === undefined) return;
  if (!isRaised(neuronNamed(network.neuron)))
    throw new RangeError(`The step raises thresholds; the neuron ${network.neuron} has none that can be raised.`);
  const widths = hiddenWidths(network);
  checkCount('thresholdRises', rises, widths.length);
  for (const [layer, values] of rises.entries()) checkLength(`thresholdRises[${layer}]`, values, widths[layer]);
}

/** What needs every time step is not there where gradients pass through rates, or where layers have time steps of their own. */
function checkRates(network: FieldSpec['network'], { loss, dropout, thresholdRises }: StepSettings): void {
  if (network === null || !(learnsFromRates(network) || learnsRepeats(network))) return;
  const asked = [
    ...(dropout > 0 ? ['drops neurons by their spikes in all time steps'] : []),
    ...(thresholdRises !== undefined ? ['counts the spikes of single neurons'] : []),
    ...(loss.potentials !== null || loss.teacherPotential !== 0 || loss.teacherGram !== 0
      ? ['has terms of the potentials of single time steps']
      : []),
  ];
  const setting = learnsRepeats(network)
    ? 'where layers learn their time steps (network.learnRepeats)'
    : 'through rates (network.backward)';
  if (asked.length > 0) throw new RangeError(`The step ${asked.join(' and ')}; ${setting} no time step is kept.`);
}

/** Throws RangeError unless the arrays of rays have the lengths that their number says. */
export function checkRays({ count, origins, directions, viewDirections }: Rays): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`The number of rays has to be a whole number, not ${count}.`);
  checkLength('origins', origins, 3 * count);
  checkLength('directions', directions, 3 * count);
  if (viewDirections) checkLength('viewDirections', viewDirections, 3 * count);
}

/** Throws RangeError unless the teacher has the shapes of the field's network and its grid the room that was reserved for it. */
export function checkTeacher(teacher: Teacher, spec: FieldSpec, { trainRays, teacherVoxels = 0, teacherSpikes }: Capacity): void {
  if (spec.network === null) throw new RangeError('A field without a network has no teacher.');
  const voxels = voxelCount(teacher.grid);
  const room = trainRays > 0 ? teacherVoxels : 0;
  if (voxels > room) throw new RangeError(`The teacher has ${voxels} voxels; this engine was made for ${room} (Capacity.teacherVoxels).`);
  checkLength("the teacher's features", teacher.features, voxels * representationOf(spec).features);
  const tensors = weightTensors(spec);
  checkCount("the teacher's weights", teacher.weights, tensors.length);
  for (const [i, { name, shape }] of tensors.entries())
    checkLength(
      `the teacher's ${name}`,
      teacher.weights[i],
      shape.reduce((a, b) => a * b),
    );
  if (teacher.spiking === null) return;
  if (teacherSpikes !== true)
    throw new RangeError('The teacher spikes; this engine was made for an ANN: create it with Capacity.teacherSpikes.');
  if (isPoisson(spec.network)) throw new RangeError('A teacher that spikes has no random inputs of its own (Poisson encoding).');
  for (const name of spikingTensors(spec))
    checkLength(`the teacher's ${name}`, teacher.spiking.get(name) ?? new Float32Array(0), tensorShape(name, spec)[0]);
}

/** Whether a step uses the teacher. Throws RangeError if there is none. */
export function usesTeacher({ teacherColour, teacherPotential, teacherGram }: LossWeights, isSet: boolean): boolean {
  if (teacherColour === 0 && teacherPotential === 0 && teacherGram === 0) return false;
  if (!isSet) throw new RangeError('The loss has terms of a teacher, and none was set.');
  return true;
}

function checkCount(what: string, { length }: readonly unknown[], expected: number): void {
  if (length !== expected) throw new RangeError(`${what} has to have an entry for each of ${expected} layers, not ${length}.`);
}

function checkLength(what: string, { length }: Float32Array, expected: number): void {
  if (length !== expected) throw new RangeError(`${what} has to have ${expected} values, not ${length}.`);
}
