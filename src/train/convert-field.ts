/** From the network of one field to that of another: weights as they are or, from an ANN to spikes, converted (model/convert-network.ts). */
import { readValues } from '../model/field-values.ts';
import { encodeFeatures, featureFrequencies, featureInputs } from '../model/feature-encoding.ts';
import { representationOf } from '../model/representations/index.ts';
import type { TensorValues } from '../model/representations/representation.ts';
import type { Config } from '../config/schema.ts';
import type { View } from '../../datasets/scene-data.ts';
import { spaceOf } from '../spaces/index.ts';
import { encodeViews } from '../../renderer/view-encoding.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { Random } from '../math/random.ts';
import { convertWeights, fitSpiking } from '../model/convert-network.ts';
import { viewInputs, type FieldSpec, type NetworkSpec } from '../model/field-spec.ts';
import { fittedSteps, inputLevels, seenInputs } from '../model/input-spikes.ts';
import { initialWeights, type NetworkWeights } from '../model/initial-tensors.ts';
import { weightTensors } from '../model/network-layers.ts';
import { spikingTensors } from '../model/tensor-names.ts';
import {
  quantisedLayers,
  quantiserTensors,
  seenMatrix,
  tensorsAtStart,
  type QuantisedLayer,
  type QuantisedName,
} from '../model/quantised-layers.ts';
import { valueOf } from '../neurons/parameters.ts';

/** Places at which the network is asked how strongly its neurons answer. */
const PLACES = 4096;

/** What of a field its conversion reads. */
export interface FieldValues {
  readonly spec: FieldSpec;
  readonly values: TensorValues;
  /** [V] */
  readonly occupancy: Uint8Array;
  /** Of quantised layers raw ones, with all tensors of their quantisers; of spikes with what neurons learned. */
  readonly weights: NetworkWeights;
}

export async function readField(spec: FieldSpec, from: Pick<FieldEngine, 'read' | 'readOccupancy'>): Promise<FieldValues> {
  const source = { spec, read: (name: string) => from.read(name) };
  const ofLayers = [...weightTensors(spec), ...quantisedLayers(spec).flatMap(quantiserTensors)].map(({ name }) => name);
  const names = [...ofLayers, ...spikingTensors(spec)];
  const weights = new Map(await Promise.all(names.map(async (name) => [name, await from.read(name)] as const)));
  return { spec, values: await readValues(source), occupancy: await from.readOccupancy(), weights };
}

/** Writes weights that training begins with; what they say nothing of their quantisers begins as suits them. */
export async function writeWeights(engine: FieldEngine, weights: NetworkWeights): Promise<void> {
  const layers = quantisedLayers(engine.spec);
  const states = new Set<string>(layers.flatMap((layer) => layer.states.map(({ name }) => name)));
  const starts = layers.flatMap((layer) => [...tensorsAtStart(layer, weights.get(layer.weight)!)]);
  // States are measured by the engine, of the weights as they are written.
  for (const [name, values] of new Map([...starts, ...weights])) if (!states.has(name)) await engine.write(name, values);
}

/** What of a config a conversion reads. */
export interface ConversionSettings {
  readonly network: NetworkSpec;
  readonly fine: Pick<Config['fine'], 'handoverScale'>;
}

/** The weights of the config's network for the network of the field, measured where matter is, seen from cameras of the scene. */
export function convertedWeights(field: FieldValues, settings: ConversionSettings, views: readonly View[], random: Random): NetworkWeights {
  if (settings.network.neuron === 'relu') return quantisersFor(field, settings.network).weights;
  return (field.spec.network?.neuron === 'relu' ? fromAnn : fromSpikes)(field, settings, views, random);
}

function fromAnn(field: FieldValues, { network, fine }: ConversionSettings, views: readonly View[], random: Random): NetworkWeights {
  // The twin never saw the normalised inputs of the Poisson encoding.
  if (network.encoding === 'poisson') return initialWeights({ ...field.spec, network }, random);
  const inputs = networkInputs(field, network, views, random);
  const features = featureInputs({ ...field.spec, network });
  const levels = inputLevels(network);
  const width = features + viewInputs(network);
  const steps = levels.features === 0 ? new Float32Array(features) : fittedSteps(inputs, width, features, levels.features);
  const rows = seenInputs(inputs, width, steps, levels);
  const { weights, goingOn, seen, fits } = quantisersFor(field, network);
  const converted = new Map(convertWeights(weights, rows, network, { sizes: fine.handoverScale ?? [], seen, fits }));
  for (const layer of goingOn) growQuantiser(layer, weights.get(layer.weight)!, converted);
  return levels.features === 0 ? converted : converted.set('inputSteps', steps);
}

/** A network of the same neurons and inputs goes on with what was learned. */
function fromSpikes(field: FieldValues, { network }: ConversionSettings, views: readonly View[], random: Random): NetworkWeights {
  const { weights, seen, fits } = quantisersFor(field, network);
  const taken = new Map(weights);
  for (const name of spikingTensors(field.spec)) taken.set(name, field.weights.get(name)!);
  const inputs = networkInputs(field, network, views, random);
  const steps = field.weights.get('inputSteps') ?? new Float32Array(featureInputs(field.spec));
  const rows = seenInputs(inputs, featureInputs(field.spec) + viewInputs(network), steps, inputLevels(network));
  return fitSpiking(taken, rows, network, { seen, fits });
}

/** The field's weights in front of the quantisers of a network, those of them that go on, and what is seen through them. */
function quantisersFor(field: FieldValues, network: NetworkSpec) {
  const layers = quantisedLayers({ ...field.spec, network });
  const before = quantisedLayers(field.spec);
  const goesOn = ({ weight, quantiser }: QuantisedLayer): boolean =>
    before.some((layer) => layer.weight === weight && layer.quantiser === quantiser);
  const goingOn = layers.filter(goesOn);
  const weights = weightsFor(before, goingOn, field);
  return {
    weights,
    goingOn,
    seen: (name: string, matrix: Float32Array): Float32Array => {
      const layer = layers.find(({ weight }) => weight === name);
      if (layer === undefined) return matrix;
      return seenMatrix(layer, goesOn(layer) ? weights : tensorsAtStart(layer, matrix));
    },
    fits: (name: string): boolean => layers.some((layer) => layer.weight === name && layer.quantiser.coarse && !goesOn(layer)),
  };
}

/** The tensors of the field's layers. Where quantisers go on they are the raw ones, with what was learned; else what the ANN's kernels saw. */
function weightsFor(
  before: readonly QuantisedLayer[],
  goingOn: readonly QuantisedLayer[],
  { spec, weights }: Pick<FieldValues, 'spec' | 'weights'>,
): NetworkWeights {
  const tensors = new Map<QuantisedName, Float32Array>(weightTensors(spec).map(({ name }) => [name, weights.get(name)!] as const));
  for (const layer of before) tensors.set(layer.weight, seenMatrix(layer, weights));
  for (const layer of goingOn)
    for (const name of [layer.weight, ...quantiserTensors(layer).map((tensor) => tensor.name)]) tensors.set(name, weights.get(name)!);
  return tensors;
}

/** What a quantiser learned grows with the weights as what it would begin with does. */
function growQuantiser({ weight, quantiser, parameters }: QuantisedLayer, before: Float32Array, tensors: Map<string, Float32Array>): void {
  const [old, now] = [quantiser.start(before), quantiser.start(tensors.get(weight)!)];
  for (const { name, key } of parameters) {
    if (!Object.hasOwn(old, key)) continue;
    const transform = quantiser.parameters[key].learned!;
    tensors.set(
      name,
      tensors.get(name)!.map((raw) => transform.raw((valueOf(transform, raw) * now[key]) / old[key])),
    );
  }
}

/** [PLACES,I] at random grid points with matter, from random cameras. */
function networkInputs(
  { spec, values, occupancy }: FieldValues,
  network: NetworkSpec,
  views: readonly View[],
  random: Random,
): Float32Array {
  const { space, grid, densityShift } = spec;
  const representation = representationOf(spec);
  const density = representation.densities(spec, values);
  const solid: number[] = [];
  for (let voxel = 0; voxel < density.length; voxel++) if (occupancy[voxel] !== 0 && density[voxel] + densityShift > 0) solid.push(voxel);
  const rows = solid.length === 0 ? 0 : PLACES;
  const drawn = Array.from({ length: rows }, () => ({
    voxel: solid[random.integer(solid.length)],
    view: views[random.integer(views.length)],
  }));
  const count = featureInputs({ ...spec, network });
  const atPoints = representation.featuresAt(
    spec,
    values,
    Uint32Array.from(drawn, ({ voxel }) => voxel),
  );
  const features = encodeFeatures(atPoints, representation.features, featureFrequencies(network));
  const [nx, ny] = grid.size;
  const width = count + viewInputs(network);
  const inputs = new Float32Array(rows * width);
  for (const [row, { voxel, view }] of drawn.entries()) {
    const { camToWorld } = view;
    const index = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const at = (axis: number): number => grid.min[axis] + (index[axis] / (grid.size[axis] - 1)) * (grid.max[axis] - grid.min[axis]);
    const direction = spaceOf(space).viewDirection([at(0), at(1), at(2)], [camToWorld[3], camToWorld[7], camToWorld[11]]);
    inputs.set(features.subarray(row * count, (row + 1) * count), row * width);
    inputs.set(encodeViews(Float32Array.from(direction), network.viewFrequencies), row * width + count);
  }
  return inputs;
}
