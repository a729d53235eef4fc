/** The photos and cameras of the scene that a run was trained on, read from where it lies now. */
import { spaceFacts } from '../spaces/index.ts';
import type { SceneSpace } from '../spaces/space.ts';
import { backgroundColour, compositePixel } from '../../datasets/background.ts';
import { openCameras } from '../../datasets/index.ts';
import { orientationOf, turnedSize } from '../../datasets/orientation.ts';
import { placeCameras } from '../../datasets/place-scene.ts';
import { readImage } from '../../datasets/read-image.ts';
import type { DepthRange, SceneData, SplitName, WorldFrame } from '../../datasets/scene-data.ts';
import { type PosedImage, SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { focusDepth } from '../../renderer/paths/spiral-path.ts';
import { toPixels } from '../../renderer/pixels.ts';
import { InputError } from '../base/errors.ts';
import { cameraGeometry } from '../geometry/camera-geometry.ts';
import type { Intrinsics, Size } from '../geometry/intrinsics.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { meanUp, nearestAxis } from '../geometry/world-up.ts';
import type { Files, PixelBuffer } from '../io/files.ts';
import type { RunRecord } from '../run/run-record.ts';
import { readChosenUp } from '../run/view-file.ts';
import type { ScenePlaces } from './run-scenes.ts';

export interface CameraView {
  readonly split: SplitName;
  /** Place in the split: the photo's number in URLs. */
  readonly index: number;
  readonly name: string;
  /** [16] row-major */
  readonly camToWorld: readonly number[];
  /** Those of the photo as it is to be seen. */
  readonly intrinsics: Intrinsics;
}

export interface RunViews {
  readonly views: readonly CameraView[];
  /** What the cameras look at; null if at no common point. */
  readonly centre: Vec3 | null;
  readonly up: Vec3;
  /** The cameras are about the world's origin and look along -Z; from far away there is nothing to see. */
  readonly forwardFacing: boolean;
  /** Where this world lies in the coordinates of the scene's file; null: it is theirs. */
  readonly frame: WorldFrame | null;
  /** Why there are no views, or null. */
  readonly problem: string | null;
}

/** Where scenes lie. */
type Places = Pick<ScenePlaces, 'files' | 'images'>;

export async function readViews({ files, images }: Places, { scene, config }: RunRecord): Promise<RunViews> {
  try {
    const { frame } = scene;
    const { orientation, space: asked } = config.scene;
    const cameras = await openCameras(scene.path, files, config.scene, scene.format);
    const { posed, space, sizes } = await placeCameras(cameras, { images, space: asked, orientation, frame });
    const { splits, depthRange } = posed;
    const views = SPLIT_NAMES.flatMap((split) =>
      (splits[split] ?? []).map((image, index) => viewOf(split, index, image, sizes.get(split)![index])),
    );
    return viewsAround(views, { space, depthRange: depthRange ?? null, frame });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { views: [], centre: null, up: [0, 0, 1], forwardFacing: false, frame: scene.frame, problem: error.message };
  }
}

/** The views of a scene that is open. */
export function viewsOfScene({ splits, space, near, far, frame }: SceneData): RunViews {
  const views = SPLIT_NAMES.flatMap((split) =>
    (splits[split] ?? []).map(({ name, camToWorld, intrinsics }, index) => ({
      split,
      index,
      name,
      camToWorld: [...camToWorld],
      intrinsics,
    })),
  );
  return viewsAround(views, { space, depthRange: { near, far }, frame });
}

interface Surroundings {
  readonly space: SceneSpace;
  /** Of forward-facing scenes it is there. */
  readonly depthRange: DepthRange | null;
  readonly frame: WorldFrame | null;
}

/** What the cameras of the first split look at. */
function viewsAround(views: readonly CameraView[], { space, depthRange, frame }: Surroundings): RunViews {
  const training = views
    .filter(({ split }) => split === views[0]?.split)
    .map((view) => ({ camToWorld: Float64Array.from(view.camToWorld) }));
  if (spaceFacts(space).forwardFacing) {
    const depth = focusDepth(depthRange!);
    return { views, centre: [0, 0, -depth], up: [0, 1, 0], forwardFacing: true, frame, problem: null };
  }
  const { centre } = cameraGeometry(training.map(({ camToWorld }) => camToWorld));
  return { views, centre, up: upOf(training), forwardFacing: false, frame, problem: null };
}

/** Upright as somebody chose for the run, or else as its cameras tell. Throws InputError if what was chosen cannot be read. */
export async function uprightViews<V extends RunViews>(files: Files, views: V, folder: string): Promise<V> {
  return { ...views, up: (await readChosenUp(files, folder)) ?? views.up };
}

/** Scenes are built upright. */
function upOf(cameras: Parameters<typeof meanUp>[0]): Vec3 {
  if (cameras.length === 0) return [0, 0, 1];
  const up = meanUp(cameras);
  return nearestAxis(up) ?? up;
}

function viewOf(split: SplitName, index: number, image: PosedImage, { width, height }: Size): CameraView {
  const { fx, fy, cx, cy } = image.intrinsics(width, height);
  return { split, index, name: image.name, camToWorld: [...image.camToWorld], intrinsics: { width, height, fx, fy, cx, cy } };
}

/** A photo over the run's background, upright. Throws InputError if there is no such photo. */
export type ReadPhoto = (split: string, index: number) => Promise<PixelBuffer>;

/** The photos of a run's scene. Throws InputError if it cannot be read. */
export async function openPhotos({ files, images }: Places, { scene, config }: RunRecord): Promise<ReadPhoto> {
  const { splits } = await openCameras(scene.path, files, config.scene, scene.format);
  const background = backgroundColour(config.scene.background);
  return async (split, index) => {
    const image = SPLIT_NAMES.some((name) => name === split) ? splits[split as SplitName]?.[index] : undefined;
    if (image === undefined) throw new InputError(`There is no photo ${index} in the split ${split}.`);
    const header = await images.header(image.imagePath);
    const { turn } = orientationOf(header, image.shape, config.scene.orientation);
    const size = { ...turnedSize(header, turn), turn, hasAlpha: header.hasAlpha };
    const { width, height, rgba } = await readImage(image.imagePath, size, images);
    const rgb = new Float32Array(width * height * 3);
    for (let i = 0; i < width * height; i++) compositePixel(rgba, i, background, rgb, i);
    return toPixels(rgb, width, height);
  };
}
