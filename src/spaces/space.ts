/**
 * What a kind of space is: how a field divides it, how rays go through it, and what comes back along them. The grid of a field divides its space
 * evenly; the world's metres are only one such space. One file a kind, one line in index.ts; nothing else asks for the kind.
 */
import type { ValueScale } from '../math/value-scale.ts';
import type { z } from 'zod';
import type { Box } from '../geometry/box.ts';
import type { Camera } from '../geometry/camera.ts';
import type { GridSpec } from '../geometry/grid.ts';
import type { Rays } from '../geometry/rays.ts';
import type { Vec3 } from '../geometry/vector.ts';

/** What a field's grid divides evenly, and in what the steps of a ray are counted. Plain data, part of a checkpoint. */
export type FieldSpace =
  /** The world; metres. */
  | { readonly kind: 'bounded' }
  /** Normalised device coordinates (geometry/ndc.ts); units of the ray's direction, so that steps of all rays lie on the same planes. */
  | { readonly kind: 'ndc' }
  /**
   * Contracted space (geometry/contraction.ts) around a cube of half side `radius`, metres of the world; units of it, along unit directions, each
   * ray at the same distances.
   */
  | { readonly kind: 'unbounded'; readonly centre: Vec3; readonly radius: number };

/** How a scene lies around its cameras, which decides how a field has to divide space. */
export type SceneSpace =
  /** Everything worth reconstructing is inside the cameras' common box, or inside `box` where the scene says more. */
  | { readonly kind: 'bounded'; readonly box: Box | null }
  /**
   * Forward-facing: all cameras look about along -Z, up is about +Y, the world's origin is their mean position, and the nearest thing in any
   * view is at z-depth 1/0.95, so that normalised device coordinates begin at depth `near` = 1 (NeRF, appendix C; datasets/forward-facing.ts).
   * A length before it was turned to face forward times `scale` is a length of this world.
   */
  | { readonly kind: 'ndc'; readonly near: number; readonly scale: number }
  /** The background reaches far beyond the cameras. Centre and half side of the inner cube, which holds the cameras and what they look at. */
  | { readonly kind: 'unbounded'; readonly centre: Vec3; readonly radius: number };

export type SpaceKind = FieldSpace['kind'];

/** What a field covers of a scene. */
export interface Region {
  readonly space: FieldSpace;
  /** Nearest distance of a sample, in units of the ray direction. */
  readonly near: number;
  readonly box: Box;
}

/** What of a scene its region follows from. */
export interface SceneExtent {
  readonly name: string;
  /** Range of z-depth, metres; NaN where none is known. */
  readonly near: number;
  readonly far: number;
  /** Cameras of the training views. */
  readonly cameras: readonly Camera[];
}

/** What all scenes and fields of a kind have in common. */
export interface SpaceFacts {
  /** With its article: 'a forward-facing scene'. */
  readonly sceneName: string;
  /** The preset that suits such scenes. */
  readonly preset: 'blender' | 'llff' | 'unbounded';
  /** Unit of the extents of a field's box, as text behind the numbers. */
  readonly unit: string;
  /** Whether steps are metres along the ray; else they are units of its direction. */
  readonly metricSteps: boolean;
  /** Whether far places are drawn together and steps are those of geometry/contraction.ts: kernels have a text of their own for it. */
  readonly contracted: boolean;
  /** Whether all cameras look about along -Z, so that views see the same places in about the same rows, and orbits show nothing. */
  readonly forwardFacing: boolean;
  /** Whether a field covers only what is in a box: rays may miss it, it is cut to what it holds, and how many views see a place tells something. */
  readonly boxed: boolean;
  /** Whether a field needs to know between which depths the scene lies. */
  readonly needsDepths: boolean;
}

/** Where rays go that step through a box. */
export interface SteppedBox {
  readonly box: Box;
  /** Nearest distance of a sample, in units of the ray direction. */
  readonly near: number;
  readonly stepLength: number;
}

export interface Step {
  readonly index: number;
  /** From the origin of the ray: metres, or units of its direction. */
  readonly distance: number;
  readonly place: Vec3;
}

/** The steps of a ray that exist, near to far. */
export interface Walk {
  /** From the origin of the ray to the far side of the box, in the unit of `Step.distance`; 0 if the ray is empty. */
  readonly exitDistance: number;
  readonly steps: Iterable<Step>;
  /** How near the walk so far came to having other steps, in steps. */
  readonly margin: number;
}

/** The settings of a stage that its division follows from. */
export interface DivisionSettings {
  /** Voxels of the full grid. */
  readonly voxels: number;
  /** Distance between steps, voxels. */
  readonly stepSize: number;
  readonly alphaInit: number;
  /** Planes of a multi-plane grid; other grids ignore it. */
  readonly planes: number;
}

/** How a field's box is divided, and what that makes of a step and its opacity (FieldSpec). */
export interface Division {
  readonly grid: GridSpec;
  readonly densityShift: number;
  readonly interval: number;
  readonly stepLength: number;
}

/** Cameras of the world as cameras of the space: positions go to (p - centre) / radius. */
export interface Similarity {
  readonly centre: Vec3;
  readonly radius: number;
  /** Whether directions are made unit vectors. */
  readonly unitDirections: boolean;
}

/** The space of one field. */
export interface Space {
  /** World rays, moved in place. `viewDirections` [N,3] is written and becomes part of them where directions change their meaning. */
  fromWorld<Batch extends Rays>(rays: Batch, viewDirections: Float32Array): Batch;
  /** What `fromWorld` does to cameras; null where it bends or stretches what they see. */
  readonly similarity: Similarity | null;
  /** Turns the depths of rays of `fromWorld` into metres along the camera's rays, in place. */
  depthToMetres(
    grid: GridSpec,
    camera: Camera,
    rays: Rays,
    rendered: { readonly depth: Float32Array; readonly opacity: Float32Array },
  ): void;
  /** Where in the world a place of the space is. */
  toWorld(place: Vec3): Vec3;
  /** The world direction, of any length, in which a place of the space is seen from a place of the world. */
  viewDirection(place: Vec3, position: Vec3): Vec3;

  /** Steps on the longest possible ray through the box: the most samples a ray can have. */
  maxSteps(box: Box, stepLength: number): number;
  /** N of geometry/contraction.ts; 0 where space is not contracted. */
  innerSteps(stepLength: number): number;
  /** Where on its ray step `index` is, for the distortion of the loss: s in [0, 1]. */
  rayPosition(index: number, box: Box, stepLength: number): number;
  walk(through: SteppedBox, origin: ArrayLike<number>, direction: ArrayLike<number>): Walk;
  /** The place of a ray at a distance of `Step`. */
  placeAt(origin: ArrayLike<number>, direction: ArrayLike<number>, distance: number): Vec3;
  /** A step nearer to a plane of the grid across z than this, in distances of planes, lies on it; 0: no such planes. */
  readonly onPlane: number;

  /** @param voxels of the grid, at most those of the full grid in `settings` */
  divide(settings: DivisionSettings, box: Box, voxels: number): Division;
  /** [V] density of a field that begins from nothing; null: 0. */
  initialDensity(grid: GridSpec): Float32Array | null;

  /** Least and greatest distance of a point of the field's box from any of the cameras, metres: no depth of matter lies outside. */
  distances(grid: GridSpec, cameras: readonly Camera[]): [number, number];
  /**
   * The scale on which depths are shown, one for all views of these cameras: even over `distances`; of spaces that reach to infinity bent, so that what
   * lies about the scene's own size away takes the middle of a colour map.
   */
  depthScale(grid: GridSpec, cameras: readonly Camera[]): ValueScale;
}

export type SceneOf<Kind extends SpaceKind> = Extract<SceneSpace, { kind: Kind }>;
export type FieldOf<Kind extends SpaceKind> = Extract<FieldSpace, { kind: Kind }>;

/** A kind of space: one file. */
export interface SpaceDefinition<Kind extends SpaceKind = SpaceKind> {
  readonly facts: SpaceFacts;
  /** Schema of `FieldSpace` in files. */
  readonly schema: z.ZodType;
  /** Whether the fine stage begins with what a coarse one found. @param coarseSteps that are configured */
  hasCoarseStage(coarseSteps: number): boolean;
  /** Where in a scene a field begins to look for matter; InputError where the scene has no such place. */
  region(scene: SceneExtent, space: SceneOf<Kind>): Region;
  /** One line for people. @param reach half side of the cube around the camera centres, metres, where it is known */
  describe(space: SceneOf<Kind>, reach?: number): string;
  /** The box to draw around the scene in the world; `known`: recorded, not only what all cameras see. */
  outline(space: SceneOf<Kind>, seen: Box | null): { readonly box: Box | null; readonly known: boolean };
  /** The same space in other coordinates. */
  inCoordinates(space: SceneOf<Kind>, coordinates: Coordinates): SceneOf<Kind>;
  /** What the cameras' images ask of a grid of planes; null where a field has none. */
  imageDetail(cameras: readonly Camera[]): ImageDetail | null;
  space(space: FieldOf<Kind>): Space;
}

/** What images show of a field of planes across z. */
export interface ImageDetail {
  /** Pixels by which a place on the nearest plane moves between the cameras farthest apart; what is at infinity does not. */
  readonly parallax: number;
  /** Pixels of a unit of the field's space along x or y. */
  readonly pixelsPerUnit: number;
}

/** How places and lengths of a scene's world become those of other coordinates. */
export interface Coordinates {
  point(place: Vec3): Vec3;
  length(metres: number): number;
}
