/**
 * The locomotive before the back wall of an open shed, between pillars, barrels and crates, behind a barrier: things at all depths from 2 to 6 m,
 * and no gap in any view of the forward-facing cameras. x is to the right, y away from the cameras, z up.
 */
import type { Vec3 } from '../../src/geometry/vector.ts';
import { locomotiveParts } from './locomotive.ts';
import { metal, paint, wood, type Material } from './material.ts';
import { partKit, type Part } from './part.ts';

const { ball, beam, block, cone, drum, hoop, rod } = partKit(1);

const IRON = metal(0x6d7076, 0.4);
const BRASS = metal(0xf4ba58, 0.24);
const OAK = wood(0x8a5a33, 18, 0.5);
const PINE = wood(0xb98a55, 12, 0.6);
const WHITE = paint(0xe9e6dc, 0.5);
const RED = paint(0xb8302a, 0.4);
const LIGHT: Material = { ...paint(0xffe9b8, 0.3), glow: 1.2 };

/** Brick courses with mortar between, by the place on a wall in its own x and z. */
const BRICK: Material = {
  ...paint(0x96503c, 0.85),
  pattern(x, _, z, rgb) {
    const [length, height, joint] = [0.34, 0.13, 0.012];
    const course = Math.floor(z / height);
    const along = x / length + (course & 1) * 0.5;
    const isJoint = z - course * height < joint || (along - Math.floor(along)) * length < joint;
    const tone = 0.75 + 0.4 * Math.abs(Math.sin(Math.floor(along) * 12.9 + course * 78.2));
    for (let k = 0; k < 3; k++) rgb[k] = isJoint ? 0.42 : rgb[k] * tone;
  },
};

/** Paving slabs, by the place on the floor. */
const PAVING: Material = {
  ...paint(0x8e8a80, 0.9),
  pattern(x, y, _, rgb) {
    const [column, row] = [Math.floor(x / 0.6), Math.floor(y / 0.6)];
    const isJoint = x - column * 0.6 < 0.02 || y - row * 0.6 < 0.02;
    const tone = isJoint ? 0.35 : 0.8 + 0.25 * Math.abs(Math.sin(column * 4.1 + row * 9.7));
    for (let k = 0; k < 3; k++) rgb[k] *= tone;
  },
};

const FLOOR = -0.79;
const BACK = 2.2;

export function engineShedParts(): Part[] {
  return [...locomotiveParts(), ...walls(), ...windows(), ...pillars(), ...goods(), ...barrier()];
}

function walls(): Part[] {
  return [
    block(BRICK, [0, BACK + 0.1, 1.6], [5.2, 0.1, 2.4], 0.01),
    block(PAVING, [0, 0.05, FLOOR - 0.1], [5.2, 2.25, 0.1], 0.01),
    beam(OAK, [-5.2, BACK - 0.08, 2.6], [5.2, BACK - 0.08, 2.6], [0.09, 0.07], 0.01),
  ];
}

function windows(): Part[] {
  return [-2.4, 0.1, 2.6].flatMap((x) => [
    block(WHITE, [x, BACK - 0.02, 1.4], [0.5, 0.04, 0.62], 0.02),
    ...[-1, 1].flatMap((u) =>
      [-1, 0, 1].map((v) => block(paint(0x9fc3d8, 0.12), [x + u * 0.23, BACK - 0.06, 1.4 + v * 0.39], [0.2, 0.015, 0.17], 0.005)),
    ),
    rod(BRASS, [x + 0.75, BACK - 0.02, 1.95], [x + 0.75, BACK - 0.3, 2.02], 0.015),
    ball(LIGHT, [x + 0.75, BACK - 0.34, 1.95], 0.09),
  ]);
}

function pillars(): Part[] {
  return [-1.9, 1.85].flatMap((x, i) => [
    drum(IRON, [x, 0.9 - 0.7 * i, FLOOR], [x, 0.9 - 0.7 * i, 4.2], 0.09, 0.01),
    hoop(BRASS, [x, 0.9 - 0.7 * i, 0.1], [0, 0, 1], 0.1, 0.025),
    hoop(BRASS, [x, 0.9 - 0.7 * i, 1.5], [0, 0, 1], 0.1, 0.025),
    cone(IRON, [x, 0.9 - 0.7 * i, FLOOR], [x, 0.9 - 0.7 * i, FLOOR + 0.25], 0.2, 0.09),
  ]);
}

function goods(): Part[] {
  const barrel = ([x, y]: readonly [number, number]): Part[] => [
    drum(OAK, [x, y, FLOOR], [x, y, FLOOR + 0.5], 0.19, 0.03),
    ...[0.08, 0.25, 0.42].map((z) => hoop(IRON, [x, y, FLOOR + z], [0, 0, 1], 0.19, 0.012)),
  ];
  const crate = (at: Vec3, half: number, turn: number): Part => block(PINE, [at[0], at[1], at[2] + half], [half, half, half], 0.015, turn);
  return [
    ...barrel([1.55, -0.75]),
    ...barrel([1.95, -0.45]),
    crate([-1.6, -0.6, FLOOR], 0.24, 0.3),
    crate([-1.55, -0.62, FLOOR + 0.48], 0.15, -0.2),
    crate([-2.3, 0.3, FLOOR], 0.3, 0.1),
    ball(RED, [1.55, -0.75, FLOOR + 0.6], 0.1),
  ];
}

/** In front of everything: thin rails close to the cameras. */
function barrier(): Part[] {
  const posts = [-1.3, -0.45, 0.45, 1.3];
  return [
    ...posts.map((x) => rod(WHITE, [x, -1.35, FLOOR], [x, -1.35, FLOOR + 0.42], 0.025)),
    ...[0.22, 0.38].map((z) => rod(RED, [-1.5, -1.35, FLOOR + z], [1.5, -1.35, FLOOR + z], 0.016)),
  ];
}
