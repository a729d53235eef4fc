/** A house front 40 m long along y = 0, with windows, doors and pilasters, seen from a street; the houses beyond it and the sky. z is up. */
import { metal, paint, wood, type Material } from './material.ts';
import { partKit, type Part } from './part.ts';

const { ball, block, drum } = partKit(1);

const GROUND = -0.79;
const HALF_LENGTH = 20;
const HEIGHT = 6;
/** Distance of two windows. */
const BAY = 2;

const STONE = paint(0xd6ccb4, 0.7);
const FRAME = paint(0xf2efe6, 0.5);
const GLASS = metal(0x3a4a5c, 0.2);
const LEAVES = paint(0x3f6b2e, 0.9);
const DOORS = [paint(0x7a2a22, 0.4), paint(0x1f4f6b, 0.4), wood(0x8a5a33, 18, 0.5)];

/** Brick courses by the place on the wall. */
const BRICK: Material = {
  ...paint(0x9a5c44, 0.85),
  pattern(x, _, z, rgb) {
    const [length, height, joint] = [0.5, 0.2, 0.03];
    const course = Math.floor(z / height);
    const along = x / length + (course & 1) * 0.5;
    const isJoint = z - course * height < joint || (along - Math.floor(along)) * length < joint;
    const tone = 0.7 + 0.5 * Math.abs(Math.sin(Math.floor(along) * 12.9 + course * 78.2));
    for (let k = 0; k < 3; k++) rgb[k] = isJoint ? 0.5 : rgb[k] * tone;
  },
};

const STREET: Material = {
  ...paint(0x77736b, 0.9),
  pattern(x, y, _, rgb) {
    const [column, row] = [Math.floor(x / 0.7), Math.floor(y / 0.7)];
    const isJoint = x - column * 0.7 < 0.04 || y - row * 0.7 < 0.04;
    const tone = isJoint ? 0.4 : 0.75 + 0.3 * Math.abs(Math.sin(column * 4.1 + row * 9.7));
    for (let k = 0; k < 3; k++) rgb[k] *= tone;
  },
};

export function facadeParts(): Part[] {
  const top = GROUND + HEIGHT;
  return [
    block(BRICK, [0, 0.3, GROUND + HEIGHT / 2], [HALF_LENGTH, 0.3, HEIGHT / 2]),
    block(STONE, [0, -0.1, top], [HALF_LENGTH, 0.2, 0.15]),
    block(STONE, [0, -0.08, GROUND + 3.1], [HALF_LENGTH, 0.12, 0.08]),
    ...Array.from({ length: (2 * HALF_LENGTH) / BAY }, (_, i) => bay(i)).flat(),
  ];
}

function bay(i: number): Part[] {
  const x = -HALF_LENGTH + (i + 0.5) * BAY;
  const window = (z: number): Part[] => [
    block(FRAME, [x, -0.03, z], [0.5, 0.06, 0.75]),
    block(GLASS, [x, -0.08, z], [0.4, 0.03, 0.65]),
    block(STONE, [x, -0.14, z - 0.85], [0.6, 0.14, 0.07]),
  ];
  const door: Part[] = [
    block(DOORS[i % DOORS.length], [x, -0.06, GROUND + 1.1], [0.5, 0.06, 1.1]),
    block(STONE, [x, -0.3, GROUND + 0.06], [0.8, 0.3, 0.06]),
    ball(LEAVES, [x + 0.8, -0.4, GROUND + 0.45], 0.28),
  ];
  return [
    ...window(GROUND + 4.5),
    ...(i % 3 === 1 ? door : window(GROUND + 1.7)),
    block(STONE, [x + BAY / 2, -0.06, GROUND + HEIGHT / 2], [0.12, 0.08, HEIGHT / 2]),
    ...(i % 4 === 2 ? [drum(metal(0x444a50, 0.5), [x + 1, -2.2, GROUND], [x + 1, -2.2, GROUND + 2.6], 0.05)] : []),
  ];
}

/** What is beyond the front on both sides. */
export function streetParts(): Part[] {
  return [
    block(STREET, [0, 0, GROUND - 0.2], [60, 60, 0.2]),
    ...[-1, 1].flatMap((side) => [0, 1, 2].map((i) => block(DOORS[i], [side * (26 + 6 * i), 4 + 3 * i, GROUND + 3 + i], [2.5, 2, 3 + i]))),
  ];
}
