/**
 * Which of a scene's cameras shows it best, as far as their poses tell: one that looks at what all of them look at, from a little above.
 *
 *     score = max(0, cos(angle between its axis and the centre)) * (1 - |elevation - 20 deg| / 110 deg)
 */
import type { Vec3 } from './vector.ts';

const ELEVATION = 20;
/** From 20 degrees above to right below. */
const WORST = 110;

/**
 * @param poses [16] row-major each, camera to world
 * @param centre what they look at; null: nothing in common
 * @returns its place; 0 without a centre
 */
export function bestView(poses: readonly (readonly number[])[], centre: Vec3 | null, up: Vec3): number {
  if (centre === null) return 0;
  const scores = poses.map((m) => {
    const offset = [m[3], m[7], m[11]].map((x, axis) => x - centre[axis]);
    const distance = Math.hypot(...offset);
    if (distance === 0) return 0;
    const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    // The camera looks along -Z.
    const facing = dot([m[2], m[6], m[10]], offset) / distance;
    const elevation = (Math.asin(Math.max(-1, Math.min(1, dot(up, offset) / (distance * Math.hypot(...up))))) * 180) / Math.PI;
    return Math.max(0, facing) * (1 - Math.abs(elevation - ELEVATION) / WORST);
  });
  return scores.reduce((best, score, i) => (score > scores[best] ? i : best), 0);
}
