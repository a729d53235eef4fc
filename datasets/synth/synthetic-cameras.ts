/**
 * Cameras of the generated scenes: on a sphere of radius 4 around the origin, z up, with the field of view of the NeRF synthetic scenes.
 * Training and validation cameras are spread over the upper hemisphere, test cameras follow a smooth orbit.
 */
import type { Camera } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';
import type { SplitName } from '../scene-data.ts';

export const CAMERA_ANGLE_X = 0.6911112070083618;
const CAMERA_RADIUS = 4;

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Least and greatest sine of the elevation: from the horizon nearly to the zenith. */
const LOWEST = 0.02;
const HIGHEST = 0.97;

/** Camera at azimuth and elevation (radians) looking at the origin. */
export function cameraOnSphere(azimuth: number, elevation: number, size: number, radius = CAMERA_RADIUS): Camera {
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  // Columns: right, up, backward (away from the origin), position.
  const camToWorld = [
    -sa,
    -se * ca,
    ce * ca,
    radius * ce * ca,
    ca,
    -se * sa,
    ce * sa,
    radius * ce * sa,
    0,
    ce,
    se,
    radius * se,
    0,
    0,
    0,
    1,
  ];
  const focal = (0.5 * size) / Math.tan(0.5 * CAMERA_ANGLE_X);
  return { camToWorld, intrinsics: { width: size, height: size, fx: focal, fy: focal, cx: size / 2, cy: size / 2 } };
}

/** `count` cameras of a split; the same for the same seed. */
export function syntheticCameras(split: SplitName, count: number, size: number, seed: number): Camera[] {
  return split === 'test' ? orbit(count, size) : hemisphere(count, size, new Random(seed * 2 + (split === 'val' ? 1 : 0)));
}

/** Fibonacci lattice, turned and jittered: even coverage with few views, yet no regular pattern. */
function hemisphere(count: number, size: number, random: Random): Camera[] {
  const turn = random.float() * 2 * Math.PI;
  return Array.from({ length: count }, (_, i) => {
    const height = LOWEST + (HIGHEST - LOWEST) * ((i + random.float()) / count);
    const azimuth = turn + GOLDEN_ANGLE * i + (random.float() - 0.5) * (1.5 / Math.sqrt(count));
    return cameraOnSphere(azimuth, Math.asin(height), size);
  });
}

/** Once around, rising and sinking between 16 and 44 degrees. */
function orbit(count: number, size: number): Camera[] {
  return Array.from({ length: count }, (_, i) => {
    const azimuth = (2 * Math.PI * i) / count - Math.PI / 3;
    return cameraOnSphere(azimuth, ((30 + 14 * Math.sin(azimuth * 2)) * Math.PI) / 180, size);
  });
}
