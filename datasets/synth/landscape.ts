/** The locomotive out of doors: a meadow, trees and towers 9 to 40 m away on all sides, under the sky. x and y are level, z up. */
import { metal, paint, wood, type Material } from './material.ts';
import { partKit, type Part } from './part.ts';

const { ball, block, cone, drum } = partKit(1);

const GROUND = -0.79;

const MEADOW: Material = {
  ...paint(0x7d8f4e, 0.9),
  pattern(x, y, _, rgb) {
    const tone = 0.8 + 0.22 * Math.sin(1.1 * x + 0.6 * Math.sin(0.9 * y)) * Math.sin(1.3 * y + 0.8) + 0.12 * Math.sin(4.7 * x - 3.9 * y);
    for (let k = 0; k < 3; k++) rgb[k] *= tone;
  },
};
const BARK = wood(0x6b4a2f, 8, 0.8);
const LEAVES = [paint(0x3f6b2e, 0.9), paint(0x5a7a2a, 0.9), paint(0x8a7a25, 0.9)];
const WALLS = [paint(0xc9b79a, 0.8), paint(0xa4523d, 0.8), paint(0x8796a5, 0.7), paint(0xe2ddcf, 0.8)];
const ROOF = metal(0x7a4a3c, 0.6);

export function landscapeParts(): Part[] {
  return [block(MEADOW, [0, 0, GROUND - 0.2], [60, 60, 0.2]), ...Array.from({ length: 26 }, (_, i) => thing(i)).flat()];
}

/** One of the things around, by turns a tree or a tower, at an angle and distance that follow no pattern. */
function thing(i: number): Part[] {
  const share = (ratio: number): number => (i * ratio) % 1;
  const angle = (2 * Math.PI * (i + 0.6 * share(0.754877))) / 26;
  const distance = 9 + 31 * share(0.618034) ** 2;
  const [x, y] = [distance * Math.cos(angle), distance * Math.sin(angle)];
  const height = 1.5 + (0.12 + 0.1 * share(0.56984)) * distance;
  if (i % 3 === 0) {
    const half = 0.25 * height;
    return [
      block(WALLS[(i / 3) % WALLS.length], [x, y, GROUND + height / 2], [half, 0.8 * half, height / 2], 0.02, angle + share(0.32471796)),
      cone(ROOF, [x, y, GROUND + height], [x, y, GROUND + 1.4 * height], 1.3 * half, 0.05),
    ];
  }
  const leaves = LEAVES[i % LEAVES.length];
  return [
    drum(BARK, [x, y, GROUND], [x, y, GROUND + 0.5 * height], 0.05 * height),
    i % 3 === 1
      ? ball(leaves, [x, y, GROUND + 0.75 * height], 0.34 * height)
      : cone(leaves, [x, y, GROUND + 0.3 * height], [x, y, GROUND + 1.1 * height], 0.32 * height, 0.02),
  ];
}
