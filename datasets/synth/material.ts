/** What a surface looks like. Colours are linear RGB; `srgb` turns the usual hexadecimal notation into them. */

import type { Vec3 } from '../../src/geometry/vector.ts';
import { toLinear } from '../../src/math/srgb.ts';

export interface Material {
  readonly colour: Vec3;
  /** GGX roughness: 0.05 polished .. 1 matt. */
  readonly roughness: number;
  /** 0: paint, wood, stone. 1: metal, which has a coloured reflection and no diffuse light. */
  readonly metal: number;
  /** Reflections show the other parts, not only the surroundings. */
  readonly mirror?: boolean;
  /** Light given off, as a multiple of the colour. */
  readonly glow?: number;
  /** Changes the colour in `rgb` by the place (x, y, z) in the frame of the part. */
  readonly pattern?: (x: number, y: number, z: number, rgb: Float64Array) => void;
}

/** 0xff8000 -> linear RGB. */
export function srgb(hex: number): Vec3 {
  return [toLinear(((hex >> 16) & 255) / 255), toLinear(((hex >> 8) & 255) / 255), toLinear((hex & 255) / 255)];
}

export function paint(hex: number, roughness = 0.35): Material {
  return { colour: srgb(hex), roughness, metal: 0 };
}

export function metal(hex: number, roughness = 0.25): Material {
  return { colour: srgb(hex), roughness, metal: 1 };
}

/** Wood with the grain along the part's x axis: slightly wavy growth rings, cut lengthwise. */
export function wood(hex: number, ringsPerMetre = 26, roughness = 0.5): Material {
  return {
    ...paint(hex, roughness),
    pattern(x, y, z, rgb) {
      const bend = 0.05 * Math.sin(x * 2.3 + 1) + 0.02 * Math.sin(x * 7.1 + y * 5);
      const radius = Math.hypot(y + 0.35 + bend, (z - 0.4) * 1.3);
      const phase = radius * ringsPerMetre;
      const ring = phase - Math.floor(phase);
      const shade = 0.72 + 0.28 * Math.min(1, 4 * (1 - ring)) * (0.6 + 0.4 * ring);
      rgb[0] *= shade;
      rgb[1] *= shade * shade;
      rgb[2] *= shade * shade;
    },
  };
}
