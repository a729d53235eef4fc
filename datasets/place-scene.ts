/** A scene in the world that a field has for it: near the origin (world-frame.ts), and as its kind of space asks (scene-space.ts). */
import { InputError } from '../src/base/errors.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import type { Box } from '../src/geometry/box.ts';
import type { ImageCodec, Orientation } from '../src/io/files.ts';
import { spaceFacts } from '../src/spaces/index.ts';
import type { SceneSpace, SpaceKind } from '../src/spaces/space.ts';
import { isCutOut } from './cut-out.ts';
import { findFrame, intoFrame } from './find-frame.ts';
import { faceForward } from './forward-facing.ts';
import { type SplitSize, splitSizes } from './load-views.ts';
import { medianDepth, pointBox, pointDepths, viewDepths } from './point-bounds.ts';
import { withinReach } from './reach.ts';
import type { SplitName, WorldFrame } from './scene-data.ts';
import { some } from './scene-files.ts';
import { type PlacedScene, type PosedImage, type PosedScene, SPLIT_NAMES } from './scene-format.ts';
import { spaceKind, unboundedSpace } from './scene-space.ts';

export interface PlaceOptions {
  readonly images: ImageCodec;
  /** What the scene is treated as; 'auto' (default) finds it out (scene-space.ts). */
  readonly space?: SpaceKind | 'auto';
  /** Where a run has put the scene's world; undefined: found out. */
  readonly frame?: WorldFrame | null;
  /** Which way up images are that say (orientation.ts). Default 'auto'. */
  readonly orientation?: Orientation;
}

export interface Placed {
  readonly posed: PlacedScene;
  readonly space: SceneSpace;
  readonly frame: WorldFrame | null;
  /** Whether images are transparent around what they show; false where nobody needs to know. */
  readonly cutOut: boolean;
}

export type Sizes = ReadonlyMap<SplitName, readonly SplitSize[]>;

/** @param leading the split that defines the scene */
export async function placeScene(read: PosedScene, leading: SplitName, sizes: Sizes, options: PlaceOptions): Promise<Placed> {
  const { images, space: asked = 'auto' } = options;
  const scene = withinReach(read);
  const inFile = scene.splits[leading]!.map(({ camToWorld }) => camToWorld);
  const frame = options.frame === undefined ? findFrame(scene, inFile) : options.frame;
  const placed = withPointDepths(intoFrame(scene, frame, leading), sizes);
  const posed = { ...placed, warnings: [...placed.warnings, ...contradictionWarnings(placed, sizes)] };
  const cameras = posed.splits[leading]!;
  const poses = cameras.map(({ camToWorld }) => camToWorld);
  const nearest = (posed.depthRange ?? viewDepths(cameras))?.near;
  const known = asked === 'auto' ? posed.space : asked;
  const isBoxed = known !== undefined && spaceFacts({ kind: known }).boxed;
  const cutOut = !isBoxed && (await isCutOut(cameras, sizes.get(leading)!, images));
  const kind = known ?? spaceKind(posed, poses, nearest !== undefined, cutOut);
  return { posed, ...SPACES[kind]({ posed, poses, nearest, cameras, sizes: sizes.get(leading)! }), frame, cutOut };
}

/** What a scene's space follows from. */
interface Surroundings {
  readonly posed: PlacedScene;
  readonly cameras: readonly PosedImage[];
  readonly poses: readonly ArrayLike<number>[];
  readonly sizes: readonly SplitSize[];
  /** Least z-depth of what is seen, metres. */
  readonly nearest: number | undefined;
}

/** The space of a scene by its kind, and the scene where that is moved. */
const SPACES: Readonly<Record<SpaceKind, (scene: Surroundings) => { readonly space: SceneSpace; readonly posed?: PlacedScene }>> = {
  bounded: ({ posed }) => ({ space: { kind: 'bounded', box: boxOf(posed) } }),
  unbounded: ({ posed, poses, cameras, sizes }) => ({ space: unboundedSpace(poses, lookedAt(posed, cameras, sizes)) }),
  ndc: ({ posed, nearest }) => {
    if (nearest === undefined) {
      throw new InputError(
        'scene.space=ndc: expected a scene whose nearest depth is known, from bounds or points, found neither',
        'Use scene.space=auto, or a format that has them (LLFF, COLMAP).',
      );
    }
    const { posed: moved, scale } = faceForward(posed, nearest);
    return { posed: moved, space: { kind: 'ndc', near: 1, scale } };
  },
};

export interface PlacedCameras extends Pick<Placed, 'posed' | 'space' | 'frame'> {
  readonly sizes: Sizes;
}

/** Cameras of a scene that was not opened, in the world that training sees them in. */
export async function placeCameras(read: PosedScene, options: PlaceOptions): Promise<PlacedCameras> {
  const sizes = new Map<SplitName, SplitSize[]>();
  for (const split of SPLIT_NAMES) {
    const images = read.splits[split];
    if (images !== undefined) sizes.set(split, await splitSizes(split, images, options, true));
  }
  const leading = SPLIT_NAMES.find((split) => sizes.has(split));
  if (leading === undefined) return { posed: intoFrame(read, null, 'train'), space: { kind: 'bounded', box: null }, frame: null, sizes };
  const placed = await placeScene(read, leading, sizes, options);
  const depthRange = placed.posed.depthRange ?? viewDepths(placed.posed.splits[leading]!) ?? undefined;
  return { ...placed, posed: { ...placed.posed, depthRange }, sizes };
}

/** What cameras say twice, once for all images of a split, with the figures of the first. */
function contradictionWarnings({ splits }: PlacedScene, sizes: Sizes): string[] {
  return SPLIT_NAMES.flatMap((split) => {
    const found = new Map<string, { readonly said: string; readonly names: string[]; isOfAll: boolean }>();
    for (const [i, { name, contradictions }] of (splits[split] ?? []).entries()) {
      for (const [key, said] of contradictions?.(sizes.get(split)?.[i] ?? null) ?? []) {
        const before = found.get(key);
        if (before === undefined) found.set(key, { said, names: [name], isOfAll: true });
        else {
          before.names.push(name);
          before.isOfAll &&= said === before.said;
        }
      }
    }
    return [...found.values()].map(
      ({ said, names, isOfAll }) => `${names.length} ${split} images (${some(names)}): ${isOfAll ? '' : `for ${names[0]}, `}${said}`,
    );
  });
}

/** The places on surfaces in the middle of each view, as far away as the median of the points in it. */
function lookedAt({ points }: PlacedScene, cameras: readonly PosedImage[], sizes: readonly SplitSize[]): Vec3[] {
  if (points === undefined) return [];
  return cameras.flatMap(({ camToWorld: m, intrinsics }, i) => {
    const depth = medianDepth({ camToWorld: m, intrinsics: intrinsics(sizes[i].width, sizes[i].height) }, points);
    return depth === null ? [] : [[m[3] - depth * m[2], m[7] - depth * m[6], m[11] - depth * m[10]]];
  });
}

function boxOf({ box, points, pointSlack }: PlacedScene): Box | null {
  return box ?? (points === undefined ? null : pointBox(points, pointSlack));
}

/** Where points are known and the format says nothing more exact, they tell what each view shows. */
function withPointDepths(posed: PlacedScene, sizes: Sizes): PlacedScene {
  const { points, pointSlack } = posed;
  if (points === undefined) return posed;
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  for (const split of SPLIT_NAMES) {
    const images = posed.splits[split];
    if (images === undefined) continue;
    splits[split] = images.map((image, i) => {
      const size = sizes.get(split)?.[i];
      if (size === undefined || image.depthRange !== undefined) return image;
      const camera = { camToWorld: image.camToWorld, intrinsics: image.intrinsics(size.width, size.height) };
      const seen = pointDepths(camera, points, pointSlack);
      return seen === null ? image : { ...image, depthRange: seen };
    });
  }
  return { ...posed, splits };
}
