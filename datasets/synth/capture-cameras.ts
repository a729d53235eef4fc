/** Cameras as a person with a camera in the hand would have them: before a forward-facing scene, and once around an object. */
import type { Distortion, Intrinsics } from '../../src/geometry/intrinsics.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';

/** The lens of the orbit: barrel distortion of 3 % at the corners, a little off centre. */
export const CAPTURE_LENS: Distortion = { k1: -0.12, k2: 0.05, k3: -0.004, k4: 0, p1: 0.0015, p2: -0.001 };

/** `count` cameras on a jittered lattice in the plane y = -3.3, 1.5 m wide, all looking into the scene. Images are 4:3, 64 degrees wide. */
export function forwardCameras(count: number, width: number, seed: number): Camera[] {
  const random = new Random(seed * 2 + 11);
  const jitter = (): number => random.float() - 0.5;
  const height = Math.round(width * 0.75);
  const focal = width * 0.8;
  const intrinsics = { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
  const columns = Math.ceil(Math.sqrt(count * 1.6));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, i) => {
    const [u, v] = [((i % columns) + 0.5) / columns - 0.5, (Math.floor(i / columns) + 0.5) / rows - 0.5];
    const position: Vec3 = [u * 1.5 + jitter() * 0.08, -3.3 + jitter() * 0.15, 0.35 - v * 0.8 + jitter() * 0.08];
    return { camToWorld: lookAt(position, [position[0] * 0.4 + jitter() * 0.1, 1, 0.15 + jitter() * 0.1], [0, 0, 1]), intrinsics };
  });
}

/** `count` cameras three times around the object at about 4 m, in three heights, hand-held. Images are 4:3 with a lens. */
export function captureCameras(count: number, width: number, seed: number): Camera[] {
  const random = new Random(seed * 2 + 12);
  const jitter = (): number => random.float() - 0.5;
  const intrinsics = captureIntrinsics(width);
  return Array.from({ length: count }, (_, i) => {
    const turn = (i + jitter() * 0.3) / count;
    const azimuth = 6 * Math.PI * turn;
    const elevation = 0.12 + 0.85 * turn + jitter() * 0.08;
    const radius = 4 + jitter() * 0.3;
    const position: Vec3 = [
      radius * Math.cos(elevation) * Math.cos(azimuth),
      radius * Math.cos(elevation) * Math.sin(azimuth),
      radius * Math.sin(elevation),
    ];
    return {
      camToWorld: lookAt(position, [jitter() * 0.1, jitter() * 0.1, jitter() * 0.1], [jitter() * 0.1, jitter() * 0.1, 1]),
      intrinsics,
    };
  });
}

/**
 * `count` cameras along 3 m of a street, 6 m before the house front y = 0, turned up to 55 degrees to either side: they look at nothing in common,
 * and what they look at is far outside of the box around them.
 */
export function streetCameras(count: number, width: number, seed: number): Camera[] {
  const random = new Random(seed * 2 + 14);
  const jitter = (): number => random.float() - 0.5;
  const intrinsics = captureIntrinsics(width);
  return Array.from({ length: count }, (_, i) => {
    const position: Vec3 = [3 * ((i + 0.5) / count - 0.5) + jitter() * 0.1, -6 + jitter() * 0.3, 0.9 + jitter() * 0.5];
    const turn = (((i * 0.618034) % 1) - 0.5) * 1.92;
    const target: Vec3 = [position[0] + Math.sin(turn), position[1] + Math.cos(turn), position[2] + 0.12 + jitter() * 0.2];
    return { camToWorld: lookAt(position, target, [jitter() * 0.05, jitter() * 0.05, 1]), intrinsics };
  });
}

/** 40 degrees high as for the other generated scenes; neither square pixels nor a principal point in the middle. */
function captureIntrinsics(width: number): Intrinsics {
  const height = Math.round(width * 0.75);
  const fy = (0.5 * height) / Math.tan(0.5 * 0.72);
  return { width, height, fx: fy * 1.01, fy, cx: width * 0.493, cy: height * 0.508, distortion: CAPTURE_LENS };
}
