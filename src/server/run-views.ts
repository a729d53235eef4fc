/** The photos and cameras of the scene that a run was trained on, read from where it lies now. */
import { spaceFacts } from '../spaces/index.ts';
import type { Vec3 } from '../geometry/vector.ts';
import type { Intrinsics } from '../geometry/intrinsics.ts';
import { openCameras } from '../../datasets/index.ts';
import { placeCameras } from '../../datasets/open-scene.ts';
import { backgroundColour } from '../../datasets/background.ts';
import { cameraGeometry } from '../geometry/camera-geometry.ts';
import type { SplitName } from '../../datasets/scene-data.ts';
import { SPLIT_NAMES, type PosedImage } from '../../datasets/scene-format.ts';
import { focusDepth } from '../../renderer/paths/spiral-path.ts';
import { meanUp, nearestAxis } from '../geometry/world-up.ts';
import { loadSharp, sharpCodec } from '../node/image-codec.ts';
import { nodeFiles } from '../node/node-files.ts';
import { InputError } from '../base/errors.ts';
import type { RunRecord } from '../run/run-record.ts';

export interface CameraView {
  readonly split: SplitName;
  /** Place in the split: the photo's number in URLs. */
  readonly index: number;
  readonly name: string;
  /** [16] row-major */
  readonly camToWorld: readonly number[];
  /** Of the photo as stored. */
  readonly intrinsics: Intrinsics;
}

export interface RunViews {
  readonly views: readonly CameraView[];
  /** What the cameras look at; null if at no common point. */
  readonly centre: Vec3 | null;
  readonly up: Vec3;
  /** The cameras are about the world's origin and look along -Z; from far away there is nothing to see. */
  readonly forwardFacing: boolean;
  /** Why there are no views, or null. */
  readonly problem: string | null;
}

export async function readViews({ scene, config }: RunRecord): Promise<RunViews> {
  try {
    const { posed, space } = await placeCameras(await openCameras(scene.path, nodeFiles, config.scene), {
      images: sharpCodec,
      space: config.scene.space,
    });
    const { splits, depthRange } = posed;
    const views: CameraView[] = [];
    for (const split of SPLIT_NAMES) {
      for (const [index, image] of (splits[split] ?? []).entries()) views.push(await viewOf(split, index, image));
    }
    const training = views
      .filter(({ split }) => split === views[0]?.split)
      .map((view) => ({ camToWorld: Float64Array.from(view.camToWorld) }));
    if (spaceFacts(space).forwardFacing) {
      const depth = focusDepth(depthRange!);
      return { views, centre: [0, 0, -depth], up: [0, 1, 0], forwardFacing: true, problem: null };
    }
    const { centre } = cameraGeometry(training.map(({ camToWorld }) => camToWorld));
    return { views, centre, up: upOf(training), forwardFacing: false, problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { views: [], centre: null, up: [0, 0, 1], forwardFacing: false, problem: error.message };
  }
}

/** Scenes are built upright. */
function upOf(cameras: Parameters<typeof meanUp>[0]): Vec3 {
  if (cameras.length === 0) return [0, 0, 1];
  const up = meanUp(cameras);
  return nearestAxis(up) ?? up;
}

async function viewOf(split: SplitName, index: number, image: PosedImage): Promise<CameraView> {
  const { width, height } = await sharpCodec.size(image.imagePath);
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
  const { splits } = await openCameras(record.scene.path, nodeFiles, record.config.scene);
  const images = SPLIT_NAMES.some((name) => name === split) ? splits[split as SplitName] : undefined;
  const image = images?.[index];
  if (image === undefined) throw new InputError(`There is no photo ${index} in the split ${split}.`);
  const [r, g, b] = backgroundColour(record.config.scene.background).map((value) => Math.round(value * 255));
  const photo = (await loadSharp())(image.imagePath).flatten({ background: { r, g, b } });
  if (width === null) return photo.webp({ lossless: true, effort: 0 }).toBuffer();
  return photo.resize({ width, withoutEnlargement: true }).webp({ quality: 80 }).toBuffer();
}
