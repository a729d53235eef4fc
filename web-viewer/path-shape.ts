/** A camera path as the stage draws it. */
import type { CameraKey } from '../renderer/paths/camera-key.ts';
import { cameraAt, pathSeconds } from '../renderer/paths/camera-keys.ts';
import type { FrustumCamera } from './scene-lines.ts';

const POINTS_A_KEY = 16;

/** Points along the path, and a frustum for each key. */
export function pathShape(keys: readonly CameraKey[]): [along: number[][], frustums: FrustumCamera[]] {
  const count = keys.length < 2 ? 0 : keys.length * POINTS_A_KEY;
  const along = Array.from({ length: count }, (_, i) => {
    const { camToWorld: m } = cameraAt(keys, (pathSeconds(keys) * i) / (count - 1));
    return [m[3], m[7], m[11]];
  });
  const frustums = keys.map(({ camToWorld, fov }) => {
    const focal = 0.5 / Math.tan((fov * Math.PI) / 360);
    return { camToWorld, intrinsics: { width: 1.5, height: 1, fx: focal, fy: focal } };
  });
  return [along, frustums];
}
