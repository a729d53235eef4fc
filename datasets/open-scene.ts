/** From a folder to SceneData: the part of loading that is the same for all formats. */
import { InputError } from '../src/base/errors.ts';
import type { Reporter } from '../src/base/events.ts';
import { automaticDepthRange } from '../src/geometry/camera-geometry.ts';
import type { Files } from '../src/io/files.ts';
import { outlineOf, spaceFacts } from '../src/spaces/index.ts';
import type { SceneSpace } from '../src/spaces/space.ts';
import { imageBytes } from './image-bytes.ts';
import { fingerprintSplit, loadViews, sizeCounts, type SplitSize, splitSizes } from './load-views.ts';
import { type PlaceOptions, placeScene, type Sizes } from './place-scene.ts';
import { boxDepths, viewDepths } from './point-bounds.ts';
import type { DepthRange, SceneData, SplitName, View, WorldFrame } from './scene-data.ts';
import { some } from './scene-files.ts';
import { type PlacedScene, type PosedImage, type SceneFormat, SPLIT_NAMES } from './scene-format.ts';
import { baseName, joinPath } from './scene-paths.ts';

export interface OpenOptions extends PlaceOptions {
  readonly files: Files;
  /** Divides image width and height, by area averaging, or by taking smaller copies that lie beside the images. Default 1. */
  readonly downscale?: number;
  /** Where a scene has no splits: every N-th view is for testing, from the first; 0: none. Default 8. */
  readonly holdout?: number;
  /** z-depth range, lengths of the file; 'auto' (default) finds it from points, a recorded box, or the cameras. */
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

export async function openWith(format: SceneFormat, path: string, options: OpenOptions): Promise<SceneData> {
  const { downscale = 1, holdout = 8, files } = options;
  const read = await format.load(path, files, { downscale, holdout });
  const present = SPLIT_NAMES.filter((split) => read.splits[split] !== undefined);
  if (present.length === 0) throw new InputError(`${path}: expected images, found none in any split`, 'The scene lists no frames at all.');
  // Training defines the scene; a scene without a training split can still be looked at.
  const leading = present[0];
  const wanted = present.filter((split) => options.splits?.includes(split) ?? true);
  const sizes = new Map<SplitName, SplitSize[]>();
  for (const split of new Set([leading, ...wanted]))
    sizes.set(split, await splitSizes(split, read.splits[split]!, options, read.mixedSizes ?? false));
  const rest = downscale / (read.storedFactor ?? 1);
  const wantedSizes = wanted.flatMap((split) => sizes.get(split)!);
  options.checkMemory?.(wantedSizes.length, imageBytes(wantedSizes, rest));

  const { posed, space, frame, cutOut } = await placeScene(read, leading, sizes, options);
  const { warnings, ...range } = openDepthRange(posed, posed.splits[leading]!, space, frame, options);
  // What is transparent in photos of a scene without an end was not seen.
  const alphaIsMask = !spaceFacts(space).boxed && !cutOut;
  const splits = await loadSplits(posed, wanted, sizes, rest, alphaIsMask, options);
  return {
    name: baseName(path),
    format: format.name,
    splits,
    poses: Object.fromEntries(present.map((split) => [split, posed.splits[split]!.map(({ name, camToWorld }) => ({ name, camToWorld }))])),
    frame,
    ...range,
    space,
    points: posed.points ?? null,
    hasAlpha: Object.values(splits).some((views) => views.some(({ rgba }) => hasTransparency(rgba))),
    fingerprint: await fingerprintSplit(format.name, posed.splits[leading]!, sizes.get(leading)!, files),
    warnings: [
      ...posed.warnings,
      ...warnings,
      ...(await maskWarnings(path, posed, files)),
      ...sharedWarnings(posed),
      ...sizeWarnings(wanted, sizes),
      ...turnWarnings(wanted, posed, sizes),
    ],
  };
}

async function loadSplits(
  posed: PlacedScene,
  wanted: readonly SplitName[],
  sizes: Sizes,
  downscale: number,
  alphaIsMask: boolean,
  { images, report }: OpenOptions,
): Promise<Partial<Record<SplitName, View[]>>> {
  const total = wanted.reduce((sum, split) => sum + posed.splits[split]!.length, 0);
  let done = 0;
  const splits: Partial<Record<SplitName, View[]>> = {};
  for (const split of wanted) {
    const loaded = (): void => report?.({ type: 'view', done: ++done, total, text: `loading ${split} images` });
    splits[split] = await loadViews(posed.splits[split]!, sizes.get(split)!, downscale, alphaIsMask, images, loaded);
  }
  return splits;
}

/** The depth range; what cannot be found is NaN where the scene is only looked at, or where no stage needs it. */
function openDepthRange(
  posed: PlacedScene,
  cameras: readonly PosedImage[],
  space: SceneSpace,
  frame: WorldFrame | null,
  options: OpenOptions,
): DepthRange & { readonly warnings: readonly string[] } {
  try {
    return { ...depthRange(posed, cameras, space, frame?.scale ?? 1, options), warnings: [] };
  } catch (error) {
    const { near = 'auto', far = 'auto' } = options;
    const isFree = !spaceFacts(space).needsDepths && near === 'auto' && far === 'auto';
    if (!(error instanceof InputError) || !(options.rangeOptional || isFree)) throw error;
    const warnings = spaceFacts(space).needsDepths ? [`${error.message}; training needs --set scene.near=… --set scene.far=…`] : [];
    return { near: NaN, far: NaN, warnings };
  }
}

function depthRange(
  posed: PlacedScene,
  cameras: readonly PosedImage[],
  space: SceneSpace,
  scale: number,
  { near = 'auto', far = 'auto' }: OpenOptions,
): DepthRange {
  const automatic = near === 'auto' || far === 'auto' ? findDepthRange(posed, cameras, space) : undefined;
  const range = { near: near === 'auto' ? automatic!.near : near * scale, far: far === 'auto' ? automatic!.far : far * scale };
  if (range.near > 0 && range.far > range.near && Number.isFinite(range.far)) return range;
  throw new InputError(
    `near, far: expected 0 < near < far, found ${range.near} and ${range.far}`,
    'Set both: --set scene.near=… --set scene.far=… (metres of the scene).',
  );
}

function findDepthRange(posed: PlacedScene, cameras: readonly PosedImage[], space: SceneSpace): DepthRange {
  const poses = cameras.map(({ camToWorld }) => camToWorld);
  const { box, known } = outlineOf(space, null);
  const inBox = known && box !== null ? boxDepths(box, poses) : null;
  // What cameras look at is no bound of what surrounds them.
  const guess = (): DepthRange => (spaceFacts(space).needsDepths ? automaticDepthRange(poses) : { near: NaN, far: NaN });
  return posed.depthRange ?? viewDepths(cameras) ?? inBox ?? guess();
}

/** Masks count where a file names them; a folder of them that nothing names is what other programs go by. */
async function maskWarnings(path: string, { splits }: PlacedScene, files: Files): Promise<string[]> {
  if (SPLIT_NAMES.some((split) => splits[split]?.some(({ maskPath }) => maskPath !== undefined))) return [];
  const folders: string[] = [];
  for (const name of await files.list(path))
    if (/^masks?(_\d+)?$/i.test(name) && (await files.kind(joinPath(path, name))) === 'folder') folders.push(name);
  return folders.length === 0
    ? []
    : [`no image has a mask: the folder ${folders.join(', ')} is not used, since only mask_path in transforms.json names masks`];
}

/** One photo cannot have been taken from two places. */
function sharedWarnings({ splits }: PlacedScene): string[] {
  const first = new Map<string, Float64Array>();
  const moved = new Set<string>();
  for (const { imagePath, camToWorld } of SPLIT_NAMES.flatMap((split) => splits[split] ?? [])) {
    const before = first.get(imagePath);
    if (before === undefined) first.set(imagePath, camToWorld);
    else if (before.join() !== camToWorld.join()) moved.add(imagePath);
  }
  const shared = [...moved].map(baseName);
  return shared.length === 0 ? [] : [`${shared.length} photos are named by frames with different poses (${some(shared)})`];
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

function turnWarnings(splits: readonly SplitName[], { splits: posed }: PlacedScene, sizes: Sizes): string[] {
  return splits.flatMap((split) => {
    const doubtful = posed[split]!.filter((_, i) => !sizes.get(split)![i].certain).map(({ name }) => name);
    if (doubtful.length === 0) return [];
    return `${doubtful.length} ${split} images are turned by their EXIF orientation, as viewers show them (${some(doubtful)}); if their cameras are those of the stored pixels: --set scene.orientation=stored`;
  });
}

function hasTransparency(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}
