/** The kinds of space by name: one line each. */
import { z } from 'zod';
import { cameraRays, type Camera } from '../geometry/camera.ts';
import type { Rays } from '../geometry/rays.ts';
import { BOUNDED, bounded } from './bounded.ts';
import { ndc } from './ndc.ts';
import type {
  Coordinates,
  FieldSpace,
  ImageDetail,
  Region,
  SceneExtent,
  SceneSpace,
  Space,
  SpaceDefinition,
  SpaceFacts,
  SpaceKind,
} from './space.ts';
import { unbounded } from './unbounded.ts';

const KINDS: { readonly [Kind in SpaceKind]: SpaceDefinition<Kind> } = { bounded, ndc, unbounded };

export const SPACE_KINDS = Object.keys(KINDS) as readonly SpaceKind[];

/** Files from before there were other spaces have none. */
export const fieldSpaceSchema = z.discriminatedUnion('kind', [bounded.schema, ndc.schema, unbounded.schema]).default(BOUNDED);

function definitionOf({ kind }: { readonly kind: SpaceKind }): SpaceDefinition {
  return KINDS[kind] as SpaceDefinition;
}

/** What all spaces of the kind of a field's or scene's space have in common. */
export function spaceFacts(space: { readonly kind: SpaceKind }): SpaceFacts {
  return definitionOf(space).facts;
}

export function spaceOf(space: FieldSpace): Space {
  return definitionOf(space).space(space);
}

export function hasCoarseStage(space: { readonly kind: SpaceKind }, coarseSteps: number): boolean {
  return definitionOf(space).hasCoarseStage(coarseSteps);
}

/** @throws InputError for a scene that has no region of its kind */
export function regionOfScene(space: SceneSpace, scene: SceneExtent): Region {
  return definitionOf(space).region(scene, space);
}

export function imageDetail(space: SceneSpace, cameras: readonly Camera[]): ImageDetail | null {
  return definitionOf(space).imageDetail(cameras);
}

export function describeSpace(space: SceneSpace, reach?: number): string {
  return definitionOf(space).describe(space, reach);
}

export function outlineOf(space: SceneSpace, seen: Parameters<SpaceDefinition['outline']>[1]): ReturnType<SpaceDefinition['outline']> {
  return definitionOf(space).outline(space, seen);
}

/** A scene's space in other coordinates. */
export function inCoordinates(space: SceneSpace, coordinates: Coordinates): SceneSpace {
  return definitionOf(space).inCoordinates(space, coordinates);
}

/** The rays of pixels [first, first + count) in row-major order, in the space of a field. */
export function fieldRays(space: FieldSpace, camera: Camera, first: number, count: number): Rays {
  return spaceOf(space).fromWorld(cameraRays(camera, first, count), new Float32Array(count * 3));
}
