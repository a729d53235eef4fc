/** From a folder to SceneData: the part of loading that is the same for all formats. */
import { InputError } from '../src/errors.ts';
import type { Files, ImageCodec } from '../src/io/files.ts';
import type { Reporter } from '../src/train/events.ts';
import { automaticDepthRange } from './camera-geometry.ts';
import { fingerprintSplit, loadViews, splitSize, type ImageSize } from './load-views.ts';
import type { SceneData, SplitName, View } from './scene-data.ts';
import { SPLIT_NAMES, type PosedImage, type PosedScene, type SceneFormat } from './scene-format.ts';
import { baseName } from './scene-paths.ts';

export interface OpenOptions {
  readonly files: Files;
  readonly images: ImageCodec;
  /** Divides image width and height, by area averaging. Default 1. */
  readonly downscale?: number;
  /** z-depth range, metres; 'auto' (default) finds it from the cameras. */
  readonly near?: number | 'auto';
  readonly far?: number | 'auto';
  /** For looking at a scene: a depth range that cannot be found is NaN with a warning, not an InputError. Default false. */
  readonly rangeOptional?: boolean;
  /** Splits whose pixels are wanted; default all. Depth range and fingerprint do not depend on it. */
  readonly splits?: readonly SplitName[];
  /** Gets a `view` event an image. Warnings are not sent: they are in `SceneData.warnings`. */
  readonly report?: Reporter;
}

export async function openWith(format: SceneFormat, path: string, options: OpenOptions): Promise<SceneData> {
  const posed = await format.load(path, options.files);
  const present = SPLIT_NAMES.filter((split) => posed.splits[split] !== undefined);
  if (present.length === 0) throw new InputError(`${path}: expected images, found none in any split`, 'The scene lists no frames at all.');
  // Training defines the scene; a scene without a training split can still be looked at.
  const leading = present[0];
  const { warnings, ...range } = options.rangeOptional
    ? depthRangeIfAny(posed, posed.splits[leading]!, options)
    : { ...depthRange(posed, posed.splits[leading]!, options), warnings: [] };
  const wanted = present.filter((split) => options.splits?.includes(split) ?? true);
  const sizes = new Map<SplitName, ImageSize>();
  for (const split of new Set([leading, ...wanted])) sizes.set(split, await splitSize(split, posed.splits[split]!, options.images));

  const splits = await loadSplits(posed, wanted, sizes, options);
  return {
    name: baseName(path),
    format: format.name,
    splits,
    ...range,
    hasAlpha: Object.values(splits).some((views) => views.some(hasTransparency)),
    fingerprint: await fingerprintSplit(format.name, posed.splits[leading]!, sizes.get(leading)!, options.files),
    warnings: [...posed.warnings, ...warnings, ...sizeWarnings(wanted, sizes)],
  };
}

async function loadSplits(
  posed: PosedScene,
  wanted: readonly SplitName[],
  sizes: ReadonlyMap<SplitName, ImageSize>,
  { images, downscale = 1, report }: OpenOptions,
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

function depthRange(posed: PosedScene, cameras: readonly PosedImage[], { near = 'auto', far = 'auto' }: OpenOptions): DepthRange {
  const automatic =
    near === 'auto' || far === 'auto' ? (posed.depthRange ?? automaticDepthRange(cameras.map((camera) => camera.camToWorld))) : undefined;
  const range = { near: near === 'auto' ? automatic!.near : near, far: far === 'auto' ? automatic!.far : far };
  if (range.near > 0 && range.far > range.near && Number.isFinite(range.far)) return range;
  throw new InputError(
    `near, far: expected 0 < near < far, found ${range.near} and ${range.far}`,
    'Set both: --set scene.near=… --set scene.far=… (metres of the scene).',
  );
}

interface DepthRange {
  readonly near: number;
  readonly far: number;
}

function depthRangeIfAny(...scene: Parameters<typeof depthRange>): DepthRange & { readonly warnings: readonly string[] } {
  try {
    return { ...depthRange(...scene), warnings: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { near: NaN, far: NaN, warnings: [`${error.message}; training needs --set scene.near=… --set scene.far=…`] };
  }
}

function sizeWarnings(splits: readonly SplitName[], sizes: ReadonlyMap<SplitName, ImageSize>): string[] {
  const texts = splits.map((split) => `${split} ${sizes.get(split)!.width}x${sizes.get(split)!.height}`);
  const distinct = new Set(texts.map((text) => text.slice(text.indexOf(' '))));
  return distinct.size > 1 ? [`splits have images of different sizes: ${texts.join(', ')}`] : [];
}

function hasTransparency(view: View): boolean {
  for (let i = 3; i < view.rgba.length; i += 4) if (view.rgba[i] !== 255) return true;
  return false;
}
