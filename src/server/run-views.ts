/** The photos and cameras of the scene that a run was trained on, read from where it lies now. */
import { spaceFacts } from '../spaces/index.ts';
import { backgroundColour } from '../../datasets/background.ts';
import { openCameras } from '../../datasets/index.ts';
import { orientationOf, turnedSize } from '../../datasets/orientation.ts';
import { placeCameras } from '../../datasets/place-scene.ts';
import { readImage } from '../../datasets/read-image.ts';
import type { SplitName, WorldFrame } from '../../datasets/scene-data.ts';
import { type PosedImage, SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { focusDepth } from '../../renderer/paths/spiral-path.ts';
import { InputError } from '../base/errors.ts';
import { cameraGeometry } from '../geometry/camera-geometry.ts';
import type { Intrinsics, Size } from '../geometry/intrinsics.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { meanUp, nearestAxis } from '../geometry/world-up.ts';
import { loadSharp, sharpCodec } from '../node/image-codec.ts';
import { nodeFiles } from '../node/node-files.ts';
import type { RunRecord } from '../run/run-record.ts';
import { readChosenUp } from '../run/view-file.ts';

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

export async function readViews({ scene, config }: RunRecord): Promise<RunViews> {
  try {
    const { frame } = scene;
    const { orientation, space: asked } = config.scene;
    const cameras = await openCameras(scene.path, nodeFiles, config.scene, scene.format);
    const { posed, space, sizes } = await placeCameras(cameras, { images: sharpCodec, space: asked, orientation, frame });
    const { splits, depthRange } = posed;
    const views = SPLIT_NAMES.flatMap((split) =>
      (splits[split] ?? []).map((image, index) => viewOf(split, index, image, sizes.get(split)![index])),
    );
    const training = views
      .filter(({ split }) => split === views[0]?.split)
      .map((view) => ({ camToWorld: Float64Array.from(view.camToWorld) }));
    if (spaceFacts(space).forwardFacing) {
      const depth = focusDepth(depthRange!);
      return { views, centre: [0, 0, -depth], up: [0, 1, 0], forwardFacing: true, frame, problem: null };
    }
    const { centre } = cameraGeometry(training.map(({ camToWorld }) => camToWorld));
    return { views, centre, up: upOf(training), forwardFacing: false, frame, problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { views: [], centre: null, up: [0, 0, 1], forwardFacing: false, frame: scene.frame, problem: error.message };
  }
}

/** Upright as somebody chose for the run, or else as its cameras tell. Throws InputError if what was chosen cannot be read. */
export async function uprightViews<V extends RunViews>(views: V, folder: string): Promise<V> {
  return { ...views, up: (await readChosenUp(nodeFiles, folder)) ?? views.up };
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

/**
 * A photo over the run's background, as WebP.
 *
 * @param width pixels; null: as stored, lossless
 * @throws InputError if there is no such photo
 */
export async function readPhoto(record: RunRecord, split: string, index: number, width: number | null): Promise<Buffer> {
  const { scene, config } = record;
  const { splits } = await openCameras(scene.path, nodeFiles, config.scene, scene.format);
  const images = SPLIT_NAMES.some((name) => name === split) ? splits[split as SplitName] : undefined;
  const image = images?.[index];
  if (image === undefined) throw new InputError(`There is no photo ${index} in the split ${split}.`);
  const [r, g, b] = backgroundColour(config.scene.background).map((value) => Math.round(value * 255));
  const header = await sharpCodec.header(image.imagePath);
  const { turn } = orientationOf(header, image.shape, config.scene.orientation);
  const pixels = await readImage(image.imagePath, { ...turnedSize(header, turn), turn, hasAlpha: header.hasAlpha }, sharpCodec);
  const raw = { width: pixels.width, height: pixels.height, channels: 4 } as const;
  const photo = (await loadSharp())(pixels.rgba, { raw }).flatten({ background: { r, g, b } });
  if (width === null) return photo.webp({ lossless: true, effort: 0 }).toBuffer();
  return photo.resize({ width, withoutEnlargement: true }).webp({ quality: 80 }).toBuffer();
}
