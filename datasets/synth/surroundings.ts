/** The light around a generated scene: a sun, and a sky with two soft boxes as in a photographer's studio. World z is up. Linear RGB. */

/** Unit vector towards the sun. */
import type { Vec3 } from '../../src/geometry/vector.ts';
export const SUN: Vec3 = unit([-0.48, -0.62, 0.78]);
export const SUN_COLOUR: Vec3 = [3.1, 2.85, 2.45];
/** Tangent of the sun's angular radius: how soft shadows are. */
export const SUN_SIZE = 0.03;

const ZENITH: Vec3 = [0.5, 0.68, 1.0];
const HORIZON: Vec3 = [0.98, 0.97, 0.95];
const GROUND: Vec3 = [0.3, 0.26, 0.22];
const BOX_LIGHT: Vec3 = [3.4, 3.3, 3.1];

interface SoftBox {
  readonly towards: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly half: readonly [number, number];
}

const SOFT_BOXES: readonly SoftBox[] = [softBox([-0.75, 0.55, 0.6], [0.5, 0.3]), softBox([0.8, 0.35, 0.75], [0.22, 0.5])];

/** Radiance arriving from the unit direction, averaged over a lobe that grows with `roughness`, to `out[0..2]`. */
export function skyRadiance(x: number, y: number, z: number, roughness: number, out: Float64Array): void {
  const blur = 0.02 + roughness * 0.9;
  const up = smooth(-blur, blur, z);
  const high = Math.max(0, z) ** 0.7;
  for (let k = 0; k < 3; k++) {
    const sky = HORIZON[k] + (ZENITH[k] - HORIZON[k]) * high;
    out[k] = GROUND[k] * (1 - up) + sky * up;
  }
  for (const { towards, right, up: top, half } of SOFT_BOXES) {
    const facing = x * towards[0] + y * towards[1] + z * towards[2];
    if (facing <= 0.05) continue;
    const u = Math.abs(x * right[0] + y * right[1] + z * right[2]) / facing;
    const v = Math.abs(x * top[0] + y * top[1] + z * top[2]) / facing;
    // A blurred edge keeps the light of the box: wider and dimmer.
    const dim = (half[0] / (half[0] + blur * 0.5)) * (half[1] / (half[1] + blur * 0.5));
    const light = smooth(half[0] + blur, half[0] - blur, u) * smooth(half[1] + blur, half[1] - blur, v) * dim;
    for (let k = 0; k < 3; k++) out[k] += BOX_LIGHT[k] * light;
  }
}

/** Light of the whole sky on a matt surface with this normal (irradiance / pi), to `out[0..2]`. */
export function skyIrradiance(x: number, y: number, z: number, out: Float64Array): void {
  const up = 0.5 + 0.5 * z;
  for (let k = 0; k < 3; k++) out[k] = GROUND[k] * (1 - up) + (0.45 * HORIZON[k] + 0.55 * ZENITH[k]) * up;
  for (const { towards } of SOFT_BOXES) {
    const facing = 0.16 * Math.max(0, x * towards[0] + y * towards[1] + z * towards[2]);
    for (let k = 0; k < 3; k++) out[k] += BOX_LIGHT[k] * facing * 0.4;
  }
}

function softBox(direction: Vec3, half: readonly [number, number]): SoftBox {
  const towards = unit(direction);
  const right = unit([-towards[1], towards[0], 0]);
  const up: Vec3 = [
    towards[1] * right[2] - towards[2] * right[1],
    towards[2] * right[0] - towards[0] * right[2],
    towards[0] * right[1] - towards[1] * right[0],
  ];
  return { towards, right, up, half };
}

/** 0 at `from`, 1 at `to` (which may be the smaller), smooth between. */
function smooth(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

function unit(v: Vec3): Vec3 {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}
