/** From a folder to SceneData: the part of loading that is the same for all formats. */
import { outlineOf, spaceFacts } from '../src/spaces/index.ts';
import type { SpaceKind, SceneSpace } from '../src/spaces/space.ts';
import { InputError } from '../src/base/errors.ts';
import type { Files, ImageCodec } from '../src/io/files.ts';
import type { Reporter } from '../src/base/events.ts';
import { automaticDepthRange } from '../src/geometry/camera-geometry.ts';
import { faceForward } from './forward-facing.ts';
import { fingerprintSplit, loadViews, sizeCounts, splitSizes, type ImageSize } from './load-views.ts';
import { boxDepths, pointBox, pointDepths } from './point-bounds.ts';
import type { DepthRange, SceneData, SplitName, View } from './scene-data.ts';
import { SPLIT_NAMES, type PosedImage, type PosedScene, type SceneFormat } from './scene-format.ts';
import { baseName } from './scene-paths.ts';
import { spaceKind, unboundedSpace } from './scene-space.ts';

export interface OpenOptions {
  readonly files: Files;
  readonly images: ImageCodec;
  /** Divides image width and height, by area averaging, or by taking smaller copies that lie beside the images. Default 1. */
  readonly downscale?: number;
  /** Where a scene has no splits: every N-th view is for testing, from the first; 0: none. Default 8. */
  readonly holdout?: number;
  /** What the scene is treated as; 'auto' (default) finds it out (scene-space.ts). */
  readonly space?: SpaceKind | 'auto';
  /** z-depth range, metres; 'auto' (default) finds it from points, a recorded box, or the cameras. */
  readonly near?: number | 'auto';
  readonly far?: number | 'auto';
  /** For looking at a scene: a depth range that cannot be found is NaN with a warning, not an InputError. Default false. */
  readonly rangeOptional?: boolean;
  /** Splits whose pixels are wanted; default all. Depth range and fingerprint do not depend on it. */
  readonly splits?: readonly SplitName[];
  /** Asked once, before the first image is decoded, with what all images will take; throws if that is too much. */
  readonly checkMemory?: (images: number, bytes: number) => void;
  /** Gets a `view` event an image. Warnings are not sent: they are in `SceneData.warnings`. */
  readonly report?: Reporter;
}

const BYTES_PER_PIXEL = 4;

type Sizes = ReadonlyMap<SplitName, readonly ImageSize[]>;

export async function openWith(format: SceneFormat, path: string, options: OpenOptions): Promise<SceneData> {
  const { downscale = 1, holdout = 8, files, images } = options;
  const read = await format.load(path, files, { downscale, holdout });
  const present = SPLIT_NAMES.filter((split) => read.splits[split] !== undefined);
  if (present.length === 0) throw new InputError(`${path}: expected images, found none in any split`, 'The scene lists no frames at all.');
  // Training defines the scene; a scene without a training split can still be looked at.
  const leading = present[0];
  const wanted = present.filter((split) => options.splits?.includes(split) ?? true);
  const sizes = new Map<SplitName, ImageSize[]>();
  for (const split of new Set([leading, ...wanted]))
    sizes.set(split, await splitSizes(split, read.splits[split]!, images, read.mixedSizes ?? false));
  const rest = downscale / (read.storedFactor ?? 1);
  const bytes = wanted.flatMap((split) => sizes.get(split)!.map(({ width, height }) => (width * height * BYTES_PER_PIXEL) / rest ** 2));
  options.checkMemory?.(
    bytes.length,
    bytes.reduce((sum, size) => sum + size, 0),
  );

  const { posed, space } = await placeInSpace(withPointDepths(read, sizes), leading, options);
  const { warnings, ...range } = openDepthRange(posed, posed.splits[leading]!, space, options);
  const splits = await loadSplits(posed, wanted, sizes, rest, options);
  return {
    name: baseName(path),
    format: format.name,
    splits,
    ...range,
    space,
    points: posed.points ?? null,
    hasAlpha: Object.values(splits).some((views) => views.some(({ rgba }) => hasTransparency(rgba))),
    fingerprint: await fingerprintSplit(format.name, posed.splits[leading]!, sizes.get(leading)!, files),
    warnings: [...posed.warnings, ...warnings, ...sizeWarnings(wanted, sizes)],
  };
}

/** Where points are known and the format says nothing more exact, they tell what each view shows. */
function withPointDepths(posed: PosedScene, sizes: Sizes): PosedScene {
  const { points } = posed;
  if (points === undefined) return posed;
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  for (const split of SPLIT_NAMES) {
    const images = posed.splits[split];
    if (images === undefined) continue;
    splits[split] = images.map((image, i) => {
      const size = sizes.get(split)?.[i];
      if (size === undefined || image.depthRange !== undefined) return image;
      const seen = pointDepths({ camToWorld: image.camToWorld, intrinsics: image.intrinsics(size.width, size.height) }, points);
      return seen === null ? image : { ...image, depthRange: seen };
    });
  }
  return { ...posed, splits };
}

/** The scene in the world that its kind of space asks for. */
async function placeInSpace(
  posed: PosedScene,
  leading: SplitName,
  { images, space = 'auto' }: Pick<OpenOptions, 'images' | 'space'>,
): Promise<{ posed: PosedScene; space: SceneSpace }> {
  const cameras = posed.splits[leading]!;
  const poses = cameras.map(({ camToWorld }) => camToWorld);
  const nearest = (posed.depthRange ?? viewDepths(cameras))?.near;
  const isTransparent = async (): Promise<boolean> => hasTransparency((await images.decode(cameras[0].imagePath)).rgba);
  const kind = space === 'auto' ? await spaceKind(posed, poses, nearest !== undefined, isTransparent) : space;
  if (kind === 'bounded') return { posed, space: { kind, box: posed.box ?? (posed.points ? pointBox(posed.points) : null) } };
  if (kind === 'unbounded') return { posed, space: unboundedSpace(poses) };
  if (nearest === undefined) {
    throw new InputError(
      'scene.space=ndc: expected a scene whose nearest depth is known, from bounds or points, found neither',
      'Use scene.space=auto, or a format that has them (LLFF, COLMAP).',
    );
  }
  const { posed: moved, scale } = faceForward(posed, nearest);
  return { posed: moved, space: { kind, near: 1, scale } };
}

/** Cameras of a scene that was not opened, in the world that training sees them in. */
export async function placeCameras(
  posed: PosedScene,
  options: Pick<OpenOptions, 'images' | 'space'>,
): Promise<{ posed: PosedScene; space: SceneSpace }> {
  const leading = SPLIT_NAMES.find((split) => posed.splits[split] !== undefined);
  if (leading === undefined) return { posed, space: { kind: 'bounded', box: null } };
  const sizes = await splitSizes(leading, posed.splits[leading]!, options.images, posed.mixedSizes ?? false);
  const placed = await placeInSpace(withPointDepths(posed, new Map([[leading, sizes]])), leading, options);
  const depthRange = placed.posed.depthRange ?? viewDepths(placed.posed.splits[leading]!) ?? undefined;
  return { ...placed, posed: { ...placed.posed, depthRange } };
}

async function loadSplits(
  posed: PosedScene,
  wanted: readonly SplitName[],
  sizes: Sizes,
  downscale: number,
  { images, report }: OpenOptions,
): Promise<Partial<Record<SplitName, View[]>>> {
  const total = wanted.reduce((sum, split) => sum + posed.splits[split]!.length, 0);
  let done = 0;
  const splits: Partial<Record<SplitName, View[]>> = {};
  for (const split of wanted) {
    const loaded = (): void => report?.({ type: 'view', done: ++done, total, text: `loading ${split} images` });
    splits[split] = await loadViews(posed.splits[split]!, sizes.get(split)!, downscale, images, loaded);
  }
  return splits;
}

/** The depth range; what cannot be found is NaN where the scene is only looked at, or where no stage needs it. */
function openDepthRange(
  posed: PosedScene,
  cameras: readonly PosedImage[],
  space: SceneSpace,
  options: OpenOptions,
): DepthRange & { readonly warnings: readonly string[] } {
  try {
    return { ...depthRange(posed, cameras, space, options), warnings: [] };
  } catch (error) {
    const { near = 'auto', far = 'auto' } = options;
    const isFree = !spaceFacts(space).needsDepths && near === 'auto' && far === 'auto';
    if (!(error instanceof InputError) || !(options.rangeOptional || isFree)) throw error;
    const warnings = spaceFacts(space).needsDepths ? [`${error.message}; training needs --set scene.near=… --set scene.far=…`] : [];
    return { near: NaN, far: NaN, warnings };
  }
}

function depthRange(
  posed: PosedScene,
  cameras: readonly PosedImage[],
  space: SceneSpace,
  { near = 'auto', far = 'auto' }: OpenOptions,
): DepthRange {
  const automatic = near === 'auto' || far === 'auto' ? findDepthRange(posed, cameras, space) : undefined;
  const range = { near: near === 'auto' ? automatic!.near : near, far: far === 'auto' ? automatic!.far : far };
  if (range.near > 0 && range.far > range.near && Number.isFinite(range.far)) return range;
  throw new InputError(
    `near, far: expected 0 < near < far, found ${range.near} and ${range.far}`,
    'Set both: --set scene.near=… --set scene.far=… (metres of the scene).',
  );
}

function findDepthRange(posed: PosedScene, cameras: readonly PosedImage[], space: SceneSpace): DepthRange {
  const poses = cameras.map(({ camToWorld }) => camToWorld);
  const { box, known } = outlineOf(space, null);
  const inBox = known && box !== null ? boxDepths(box, poses) : null;
  // What cameras look at is no bound of what surrounds them.
  const guess = (): DepthRange => (spaceFacts(space).needsDepths ? automaticDepthRange(poses) : { near: NaN, far: NaN });
  return posed.depthRange ?? viewDepths(cameras) ?? inBox ?? guess();
}

/** What the views have been found to show, together; null if nothing was. */
function viewDepths(cameras: readonly PosedImage[]): DepthRange | null {
  const ranges = cameras.flatMap(({ depthRange: range }) => range ?? []);
  if (ranges.length === 0) return null;
  return { near: Math.min(...ranges.map(({ near }) => near)), far: Math.max(...ranges.map(({ far }) => far)) };
}

function sizeWarnings(splits: readonly SplitName[], sizes: Sizes): string[] {
  const warnings: string[] = [];
  for (const split of splits) {
    const counts = sizeCounts(sizes.get(split)!);
    if (counts.length > 1)
      warnings.push(`${split} images have different sizes: ${counts.map(([size, n]) => `${n} of ${size}`).join(', ')}`);
  }
  const texts = splits.map((split) => [split, sizeCounts(sizes.get(split)!)[0][0]]);
  const distinct = new Set(texts.map(([, size]) => size));
  if (distinct.size > 1) warnings.push(`splits have images of different sizes: ${texts.map((pair) => pair.join(' ')).join(', ')}`);
  return warnings;
}

function hasTransparency(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}
