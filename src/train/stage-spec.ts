/** The field of a stage: its space divided as the config says, and what else the config says of it. Each kind of space divides in its own way. */
import { bricksSpec } from '../model/representations/bricks.ts';
import { denseSpec } from '../model/representations/dense.ts';
import type { RepresentationSpec } from '../model/representations/representation.ts';
import { VM_FEATURES, vmSpec } from '../model/representations/vm.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import type { FieldSpec, NetworkSpec } from '../model/field-spec.ts';
import { annOf } from '../model/quantised-layers.ts';
import { hasCoarseStage, spaceFacts, spaceOf } from '../spaces/index.ts';
import type { Region } from '../spaces/space.ts';
import { scaledVoxels, scalingsDone } from './schedule.ts';

/** Features of grids in the fine stage: what the colour network reads. */
const FINE_CHANNELS = 12;
/** The coarse stage has no network: its features are colour logits. */
const COARSE_CHANNELS = 3;

export function regionOf({ space, near, grid }: FieldSpec): Region {
  return { space, near, box: grid };
}

export function coarseSpec(config: Config, { space, box, near }: Region): FieldSpec {
  const stage = config.coarse;
  checkRays(space, config.fine);
  return {
    space,
    ...spaceOf(space).divide({ ...stage, planes: config.fine.planes }, box, stage.voxels),
    representation: denseSpec(COARSE_CHANNELS),
    network: null,
    near,
    alphaThreshold: stage.alphaThreshold,
    weightThreshold: stage.weightThreshold,
  };
}

/** The networks of the fine stage, one after the other: with `annShare` the ANN first. A teacher's student needs no ANN of its own. */
export function networksOf({ network, fine, distillation }: Config): readonly NetworkSpec[] {
  const alone = network.neuron === 'relu' || fine.annShare === 0 || distillation.teacher !== null;
  return alone ? [network] : [annOf(network), network];
}

/** The field after `scalings` doublings of the voxel count, out of `config.fine.scaleAt.length`. */
export function fineSpec(config: Config, region: Region, scalings: number): FieldSpec {
  const stage = config.fine;
  const { space, near, box } = region;
  checkRays(space, stage);
  checkBricks(space, config);
  const voxels = scaledVoxels(stage.voxels, scalings, stage.scaleAt.length, stage.firstVoxels);
  const division = spaceOf(space).divide({ ...stage, planes: planesAfter(stage, scalings) }, box, voxels);
  const interval = stage.distanceScale === null ? division.interval : stage.distanceScale * division.stepLength;
  return {
    space,
    ...division,
    interval,
    representation: fineRepresentation(config.field),
    network: config.network,
    ...(stage.occupancyAlpha === null ? {} : { occupancyAlpha: stage.occupancyAlpha }),
    densityShift: division.densityShift + stage.shiftPerScaling * scalings,
    near,
    alphaThreshold: stage.alphaThreshold,
    weightThreshold: stage.weightThreshold,
  };
}

/**
 * The planes between which a place moves by as many pixels of the images as these are then: half as many for images of half the size. After the last
 * scaling all.
 */
function planesAfter({ planes, planesFollowImages, scaleAt, imageScaleAt }: Config['fine'], scalings: number): number {
  if (!planesFollowImages || scalings === scaleAt.length) return planes;
  const since = scalings === 0 ? 0 : scaleAt[scalings - 1];
  const halvings = imageScaleAt.length - scalingsDone(since, imageScaleAt);
  return Math.ceil((planes - 1) / 2 ** halvings) + 1;
}

/** What the fine stage keeps density and features in; of bricks none exist yet. */
export function fineRepresentation({ kind, features, share, densityRanks, featureRanks }: Config['field']): RepresentationSpec {
  if (kind === 'dense') return denseSpec(features ?? FINE_CHANNELS);
  if (kind === 'bricks') return bricksSpec(features ?? FINE_CHANNELS, share);
  return vmSpec(features ?? VM_FEATURES, tripleOf(densityRanks), tripleOf(featureRanks));
}

function tripleOf([a, b, c]: readonly number[]): [number, number, number] {
  return [a, b, c];
}

/** Until something says where matter is, all bricks would be needed. */
function checkBricks(space: FieldSpec['space'], { field, coarse, distillation }: Config): void {
  const begun = distillation.teacher !== null && distillation.start === 'teacher';
  if (field.kind !== 'bricks' || hasCoarseStage(space, coarse.steps) || begun) return;
  const possible = hasCoarseStage(space, 1);
  throw new InputError(
    possible
      ? 'field.kind=bricks cannot begin without a coarse stage (coarse.steps=0), which says where matter is'
      : `field.kind=bricks has no meaning for ${spaceFacts(space).sceneName}: no coarse stage says where matter is, and so all of its bricks would be needed`,
    `Use --set field.kind=dense${possible ? ', or more coarse.steps' : ''}.`,
  );
}

/** Only in a box are there rays that meet nothing. */
function checkRays(space: FieldSpec['space'], { raysFrom }: Config['fine']): void {
  const { boxed, sceneName, preset } = spaceFacts(space);
  if (boxed || raysFrom === 'all') return;
  throw new InputError(
    `fine.raysFrom=occupied has no meaning for ${sceneName}: every ray meets something`,
    `Use --preset ${preset}, or --set fine.raysFrom=all.`,
  );
}
