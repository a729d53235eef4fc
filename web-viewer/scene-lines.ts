/** The lines of the stage: camera frustums, with their photos where they have any, the crop box, the camera path. */
import {
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Line,
  LineBasicMaterial,
  LineSegments,
  LinearSRGBColorSpace,
  LinearFilter,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  Vector3,
  type PerspectiveCamera,
} from 'three';
import type { CropBox } from '../src/frames/crop-occupancy.ts';

/** A camera as its frustum shows it. */
export interface FrustumCamera {
  readonly camToWorld: ArrayLike<number>;
  readonly intrinsics: { readonly width: number; readonly height: number; readonly fx: number; readonly fy: number };
  /** Fills the frustum's end. */
  readonly photo?: { readonly width: number; readonly height: number; readonly rgba: Uint8Array<ArrayBuffer> };
}

const COLOURS = { views: 0x5aa9ff, crop: 0x6ee7a0, path: 0xff7ab6 };

/** Corners of a frustum: apex 0, image 1 to 4. */
const FRUSTUM_EDGES = [0, 1, 0, 2, 0, 3, 0, 4, 1, 2, 2, 3, 3, 4, 4, 1];
const BOX_EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7];

/** Pixels within which a click means a frustum. */
const NEAR_CLICK = 18;

export class SceneLines {
  readonly group = new Group();
  private readonly views = new Group();
  private readonly box = new Group();
  private readonly path = new Group();
  private readonly changed: () => void;
  private cameras: readonly FrustumCamera[] = [];

  /** @param changed called when other lines are to be drawn */
  constructor(changed: () => void) {
    this.changed = changed;
    this.group.add(this.views, this.box, this.path);
  }

  /** @param without place of a camera that is not drawn: one would look out of its frustum */
  showCameras(cameras: readonly FrustumCamera[], size: number, without: number | null): void {
    this.cameras = cameras;
    const rest = cameras.filter((_, i) => i !== without);
    this.replace(this.views, [...photos(rest, size), ...frustums(rest, size, COLOURS.views)]);
  }

  showCrop(crop: CropBox | null): void {
    const corners =
      crop && Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((axis) => ((i >> axis) & 1 ? crop.max : crop.min)[axis])).flat();
    this.replace(this.box, corners === null ? [] : [segments(corners, BOX_EDGES, COLOURS.crop)]);
  }

  /** @param along positions of the path */
  showPath(along: readonly (readonly number[])[], keys: readonly FrustumCamera[], size: number): void {
    const points = new BufferGeometry().setFromPoints(along.map((p) => new Vector3(...p)));
    const curve = along.length > 1 ? [new Line(points, plain(COLOURS.path))] : [];
    this.replace(this.path, [...curve, ...frustums(keys, size, COLOURS.path)]);
  }

  /** The shown camera nearest to a place on a stage of some size, in pixels; null if none is near. */
  cameraAt(
    x: number,
    y: number,
    { width, height }: { readonly width: number; readonly height: number },
    camera: PerspectiveCamera,
  ): number | null {
    let found: number | null = null;
    let nearest = NEAR_CLICK;
    for (const [i, { camToWorld: m }] of this.cameras.entries()) {
      const point = new Vector3(m[3], m[7], m[11]).project(camera);
      if (Math.abs(point.z) > 1) continue;
      const away = Math.hypot(((point.x + 1) / 2) * width - x, ((1 - point.y) / 2) * height - y);
      if (away < nearest) [found, nearest] = [i, away];
    }
    return found;
  }

  private replace(group: Group, made: readonly (Line | Photo)[]): void {
    for (const { geometry, material } of group.children as (Line<BufferGeometry, LineBasicMaterial> | Photo)[]) {
      geometry.dispose();
      if ('map' in material) material.map?.dispose();
      material.dispose();
    }
    group.clear();
    for (const one of made) group.add(one);
    this.changed();
  }
}

type Photo = Mesh<BufferGeometry, MeshBasicMaterial>;

/** Top left, top right, bottom right, bottom left of a photo whose first row is the upper one. */
const CORNERS = [0, 0, 1, 0, 1, 1, 0, 1];

function photos(cameras: readonly FrustumCamera[], size: number): Photo[] {
  return cameras.flatMap((camera) => {
    const { photo } = camera;
    if (photo === undefined) return [];
    const map = new DataTexture(photo.rgba, photo.width, photo.height);
    map.minFilter = map.magFilter = LinearFilter;
    map.needsUpdate = true;
    const geometry = new BufferGeometry()
      .setAttribute('position', new Float32BufferAttribute(cornersOf(camera, size).slice(3), 3))
      .setAttribute('uv', new Float32BufferAttribute(CORNERS, 2))
      .setIndex([0, 1, 2, 0, 2, 3]);
    // Where it is transparent there is nothing of it.
    return [new Mesh(geometry, new MeshBasicMaterial({ map, side: DoubleSide, alphaTest: 0.5 }))];
  });
}

/** [5,3] world: apex, then the image's corners in turn from the top left. */
function cornersOf({ camToWorld, intrinsics }: FrustumCamera, size: number): number[] {
  const x = ((intrinsics.width / intrinsics.fx) * size) / 2;
  const y = ((intrinsics.height / intrinsics.fy) * size) / 2;
  const pose = new Matrix4().fromArray(Array.from(camToWorld)).transpose();
  const own = [
    [0, 0, 0],
    [-x, y, -size],
    [x, y, -size],
    [x, -y, -size],
    [-x, -y, -size],
  ];
  return own.flatMap((corner) => new Vector3(...corner).applyMatrix4(pose).toArray());
}

/** None or one object. */
function frustums(cameras: readonly FrustumCamera[], size: number, colour: number): LineSegments[] {
  const corners: number[] = [];
  const edges: number[] = [];
  for (const [i, camera] of cameras.entries()) {
    corners.push(...cornersOf(camera, size));
    edges.push(...FRUSTUM_EDGES.map((edge) => edge + i * 5));
  }
  // A GPU has no empty buffers.
  return edges.length > 0 ? [segments(corners, edges, colour)] : [];
}

function segments(corners: readonly number[], edges: readonly number[], colour: number): LineSegments {
  const geometry = new BufferGeometry().setAttribute('position', new Float32BufferAttribute(corners, 3)).setIndex([...edges]);
  const made = new LineSegments(geometry, plain(colour));
  made.frustumCulled = false;
  return made;
}

/** @param colour as the page has it: nothing converts it on its way to the canvas */
function plain(colour: number): LineBasicMaterial {
  return new LineBasicMaterial({ color: new Color().setHex(colour, LinearSRGBColorSpace) });
}
