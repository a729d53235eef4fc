/** A coloured ball on nothing, seen by a ring of small cameras: the least scene on which both stages have something to find. */
import type { Vec3 } from '../../src/geometry/vector.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import { presets } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';

export interface TinySceneOptions {
  readonly views?: number;
  readonly size?: number;
}

const DISTANCE = 3;
const BALL = 0.6;

export function tinyCamera(azimuth: number, elevation: number, size: number): Camera {
  const position: Vec3 = [
    DISTANCE * Math.cos(elevation) * Math.cos(azimuth),
    DISTANCE * Math.cos(elevation) * Math.sin(azimuth),
    DISTANCE * Math.sin(elevation),
  ];
  const focal = size * 1.4;
  return {
    camToWorld: lookAt(position, [0, 0, 0], [0, 0, 1]),
    intrinsics: { width: size, height: size, fx: focal, fy: focal, cx: size / 2, cy: size / 2 },
  };
}

export function tinyScene({ views = 10, size = 16 }: TinySceneOptions = {}): SceneData {
  const ring = (count: number, turn: number): View[] =>
    Array.from({ length: count }, (_, i) =>
      ballView(`v_${i}`, tinyCamera((2 * Math.PI * (i + turn)) / count, i % 2 === 0 ? 0.2 : 0.9, size)),
    );
  return {
    name: 'ball',
    format: 'test',
    splits: { train: ring(views, 0), test: ring(2, 0.3) },
    poses: {},
    frame: null,
    near: 1.5,
    far: 4.5,
    space: { kind: 'bounded', box: null },
    points: null,
    hasAlpha: true,
    fingerprint: 'ball',
    warnings: [],
  };
}

/** Settings with which the ball is learned in some hundred steps of a few rays. */
export function tinyConfig(): Config {
  const { blender } = presets;
  return {
    ...blender,
    network: { ...blender.network, width: 16, viewFrequencies: 1 },
    coarse: {
      ...blender.coarse,
      steps: 40,
      rays: 128,
      voxels: 14 ** 3,
      alphaInit: 1e-3,
      occupancyFrom: 30,
      occupancyEvery: 20,
      epsilonWarmup: 10,
    },
    fine: {
      ...blender.fine,
      steps: 24,
      annShare: 0.75,
      rays: 64,
      voxels: 16 ** 3,
      scaleAt: [4, 9],
      imageScaleAt: [7],
      occupancyFrom: 6,
      occupancyEvery: 8,
    },
  };
}

/** The same in so few steps and rays that plain tensor code takes a second or two: it finds something, but learns next to nothing. */
export function leastConfig(): Config {
  const config = tinyConfig();
  return {
    ...config,
    coarse: { ...config.coarse, steps: 14, rays: 24, voxels: 8 ** 3, alphaInit: 5e-2, occupancyFrom: 6, occupancyEvery: 4 },
    fine: { ...config.fine, steps: 8, rays: 12, voxels: 9 ** 3, scaleAt: [2, 5], occupancyFrom: 3, occupancyEvery: 3 },
  };
}

function ballView(name: string, camera: Camera): View {
  const { origins, directions, count } = cameraRays(camera);
  const rgba = new Uint8Array(count * 4);
  for (let i = 0; i < count; i++) {
    const o = origins.subarray(i * 3, i * 3 + 3);
    const d = directions.subarray(i * 3, i * 3 + 3);
    const a = d[0] ** 2 + d[1] ** 2 + d[2] ** 2;
    const b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2];
    const c = o[0] ** 2 + o[1] ** 2 + o[2] ** 2 - BALL ** 2;
    const discriminant = b * b - a * c;
    if (discriminant <= 0) continue;
    const t = (-b - Math.sqrt(discriminant)) / a;
    for (let k = 0; k < 3; k++) rgba[i * 4 + k] = Math.round(127 + (110 * (o[k] + t * d[k])) / BALL);
    rgba[i * 4 + 3] = 255;
  }
  return { name, camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics, rgba };
}
