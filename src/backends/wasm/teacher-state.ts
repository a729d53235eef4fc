/** The kernels' variables that follow from a teacher: the box of its features and, of one that spikes, what its neurons learned. */
import type { Capacity, Teacher } from '../../engine/backend.ts';
import type { FieldSpec, NetworkSpec } from '../../model/field-spec.ts';
import { FIRST_STEP } from '../../model/input-spikes.ts';
import { repeatsTensors } from '../../model/learned-repeats.ts';
import { repeatsOf } from '../../model/network-facts.ts';
import { NeuronParameters } from '../shared/neuron-parameters.ts';
import { LearnedRepeats } from './learned-repeats.ts';
import { goesThroughRates, type Sizes } from './memory-plan.ts';

type Spiking = NonNullable<Teacher['spiking']>;

/** Where the kernels look for the tensors of spikes. */
export interface TeacherPlaces {
  readonly sizes: Sizes;
  /** So many floats of a region of the kernels' memory. */
  floats(region: 'teacherNeuronValues' | 'teacherInputSteps', count: number): Float32Array;
}

/** Writes what the neurons of a teacher of spikes learned. @param spec the student's */
export function writeTeacherState(teacher: Teacher, spec: FieldSpec, capacity: Capacity, places: TeacherPlaces): Record<string, number> {
  const { spiking } = teacher;
  if (spiking === null) return { ...boxOf(teacher), teacherSpikes: 0 };
  const sizes = writeNeurons(spiking, spec, places);
  return { ...boxOf(teacher), teacherSpikes: 1, ...sizes, ...stepsOf(spiking, spec.network!, capacity) };
}

function boxOf({ grid: { size, min, max } }: Teacher): Record<string, number> {
  const [teacherNx, teacherNy, teacherNz] = size;
  const [teacherMinX, teacherMinY, teacherMinZ] = min;
  const [teacherMaxX, teacherMaxY, teacherMaxZ] = max;
  return { teacherNx, teacherNy, teacherNz, teacherMinX, teacherMinY, teacherMinZ, teacherMaxX, teacherMaxY, teacherMaxZ };
}

/** Returns the sizes of its spikes. */
function writeNeurons(spiking: Spiking, { network }: FieldSpec, { sizes, floats }: TeacherPlaces): Record<string, number> {
  const neurons = new NeuronParameters(network, floats('teacherNeuronValues', 2 * sizes.neuronFloats), false);
  for (const name of neurons.names) neurons.find(name)!.set(spiking.get(name)!);
  neurons.refresh();
  const steps = floats('teacherInputSteps', sizes.featureStride).fill(FIRST_STEP);
  steps.set(spiking.get('inputSteps') ?? []);
  const { amplitude1, amplitude2 } = neurons.amplitudes;
  return { teacherAmplitude1: amplitude1, teacherAmplitude2: amplitude2 };
}

/** Time steps of its hidden layers, where gradients pass through rates or where these are learned. */
function stepsOf(spiking: Spiking, network: NetworkSpec, capacity: Capacity): Record<string, number> {
  const repeats = new LearnedRepeats(network, false);
  for (const { name } of repeatsTensors(network)) repeats.find(name)!.set(spiking.get(name)!);
  const same = goesThroughRates(network, capacity) ? repeatsOf(network) : 0;
  const [teacherSteps1, teacherSteps2] = repeats.lengths ?? [same, same];
  return { teacherSteps1, teacherSteps2 };
}
