/** A toy tank engine on a length of track, 2 m long, centred at the origin; x is forward, z up. */
import type { Vec3 } from '../../src/geometry/vector.ts';
import { metal, paint, wood, type Material } from './material.ts';
import { partKit, type Part } from './part.ts';

/** Small enough for all cameras of radius 4 to see the whole of it. */
const { ball, beam, block, cone, drum, hoop, pipe, rod } = partKit(0.9);

const GREEN = paint(0x1f6b45, 0.22);
const RED = paint(0xc03024, 0.28);
const CREAM = paint(0xefe3c4, 0.4);
const BLACK = paint(0x24262b, 0.4);
const BRASS = metal(0xf4ba58, 0.24);
const STEEL = metal(0xc4c8ce, 0.3);
const IRON = metal(0x6d7076, 0.45);
const COAL = paint(0x17171a, 0.3);
const LENS: Material = { ...paint(0xfff1c2, 0.15), glow: 0.9 };
const SLEEPER = wood(0x7b5433, 40, 0.7);
const PLINTH = wood(0x8a4f28, 22, 0.32);

/** Height of the rail heads; wheels stand on it. */
const RAIL = -0.53;
const GAUGE = 0.27;
const DRIVER = 0.215;
const LEADER = 0.125;
const AXLES: readonly number[] = [-0.5, -0.04, 0.42];

export function locomotiveParts(): Part[] {
  return [...plinth(), ...track(), ...wheels(), ...frame(), ...boiler(), ...fittings(), ...cab(), ...bunker()];
}

function plinth(): Part[] {
  return [
    block(PLINTH, [0, 0, -0.735], [1.1, 0.52, 0.045], 0.03),
    block(BRASS, [0, 0, -0.782], [1.05, 0.47, 0.012], 0.005),
    block(paint(0x87806f, 0.9), [0, 0, -0.68], [1.05, 0.46, 0.025], 0.02),
    block(BRASS, [0, -0.525, -0.735], [0.2, 0.006, 0.026], 0.003),
  ];
}

function track(): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < 9; i++)
    parts.push(block(SLEEPER, [-0.94 + i * 0.235, 0, -0.645], [0.055, 0.42, 0.028], 0.012, Math.sin(i * 2.4) * 0.03));
  for (const side of [-1, 1]) {
    parts.push(block(IRON, [0, side * GAUGE, -0.605], [1.05, 0.035, 0.012], 0.004));
    parts.push(block(IRON, [0, side * GAUGE, -0.58], [1.05, 0.01, 0.035], 0.004));
    parts.push(block(STEEL, [0, side * GAUGE, RAIL - 0.014], [1.05, 0.022, 0.014], 0.007));
  }
  return parts;
}

function wheels(): Part[] {
  const parts: Part[] = [];
  for (const side of [-1, 1]) {
    AXLES.forEach((x) => parts.push(...wheel([x, side * GAUGE, RAIL + DRIVER], DRIVER, side, 10)));
    parts.push(...wheel([0.83, side * GAUGE, RAIL + LEADER], LEADER, side, 7));
    parts.push(...rods(side));
  }
  for (const x of AXLES) parts.push(rod(IRON, [x, -GAUGE, RAIL + DRIVER], [x, GAUGE, RAIL + DRIVER], 0.024));
  parts.push(rod(IRON, [0.83, -GAUGE, RAIL + LEADER], [0.83, GAUGE, RAIL + LEADER], 0.02));
  return parts;
}

function wheel(at: Vec3, radius: number, side: number, spokes: number): Part[] {
  const [x, y, z] = at;
  const out = (offset: number): Vec3 => [x, y + side * offset, z];
  const parts = [
    pipe(STEEL, out(-0.028), out(0.022), radius, radius * 0.87),
    pipe(RED, out(-0.018), out(0.016), radius * 0.875, radius * 0.76),
    drum(RED, out(-0.03), out(0.034), radius * 0.24, 0.008),
    drum(BRASS, out(0.03), out(0.044), radius * 0.12, 0.005),
  ];
  for (let i = 0; i < spokes; i++) {
    const angle = (2 * Math.PI * (i + 0.5)) / spokes;
    const [dx, dz] = [Math.cos(angle), Math.sin(angle)];
    const inner: Vec3 = [x + dx * radius * 0.2, y, z + dz * radius * 0.2];
    parts.push(rod(RED, inner, [x + dx * radius * 0.8, y, z + dz * radius * 0.8], radius * 0.052));
  }
  return parts;
}

/** Coupling rod, connecting rod, cylinder and cranks of one side; the two sides are a quarter turn apart, as on real engines. */
function rods(side: number): Part[] {
  const crank = side > 0 ? 0.6 : 0.6 + Math.PI / 2;
  const [cx, cz] = [Math.cos(crank) * 0.085, Math.sin(crank) * 0.085];
  const y = side * (GAUGE + 0.062);
  const z = RAIL + DRIVER;
  const pins = AXLES.map((x): Vec3 => [x + cx, y, z + cz]);
  const cross: Vec3 = [0.62, side * (GAUGE + 0.095), z];
  return [
    beam(STEEL, pins[0], pins[2], [0.009, 0.02], 0.006),
    ...pins.map((pin) => drum(STEEL, [pin[0], y - side * 0.045, pin[2]], [pin[0], y + side * 0.018, pin[2]], 0.032, 0.006)),
    ...pins.map((pin) => drum(BRASS, [pin[0], y + side * 0.016, pin[2]], [pin[0], y + side * 0.028, pin[2]], 0.014, 0.004)),
    beam(STEEL, [pins[1][0], cross[1], pins[1][2]], cross, [0.008, 0.015], 0.005),
    drum(STEEL, [pins[1][0], y, pins[1][2]], [pins[1][0], cross[1] + side * 0.014, pins[1][2]], 0.026, 0.005),
    block(IRON, cross, [0.03, 0.014, 0.03], 0.006),
    rod(STEEL, cross, [0.8, cross[1], z], 0.011),
    beam(IRON, [0.5, cross[1], z + 0.045], [0.78, cross[1], z + 0.045], [0.01, 0.008], 0.003),
    drum(GREEN, [0.74, side * 0.37, z + 0.02], [0.98, side * 0.37, z + 0.02], 0.098, 0.015),
    drum(BRASS, [0.975, side * 0.37, z + 0.02], [0.99, side * 0.37, z + 0.02], 0.07, 0.006),
    hoop(BRASS, [0.79, side * 0.37, z + 0.02], [1, 0, 0], 0.097, 0.006),
    hoop(BRASS, [0.93, side * 0.37, z + 0.02], [1, 0, 0], 0.097, 0.006),
  ];
}

function frame(): Part[] {
  const parts = [
    block(BLACK, [0, 0, -0.235], [0.98, 0.19, 0.06], 0.015),
    block(RED, [0.05, 0, -0.155], [0.97, 0.4, 0.018], 0.01),
    block(BLACK, [0.05, 0, -0.133], [0.95, 0.385, 0.006], 0.003),
    block(RED, [1.0, 0, -0.24], [0.025, 0.4, 0.07], 0.012),
    block(RED, [-1.0, 0, -0.24], [0.025, 0.4, 0.07], 0.012),
  ];
  for (const end of [-1, 1]) {
    for (const side of [-1, 1]) {
      parts.push(cone(BLACK, [end * 1.02, side * 0.27, -0.24], [end * 1.09, side * 0.27, -0.24], 0.045, 0.028));
      parts.push(drum(STEEL, [end * 1.08, side * 0.27, -0.24], [end * 1.14, side * 0.27, -0.24], 0.018));
      parts.push(drum(STEEL, [end * 1.135, side * 0.27, -0.24], [end * 1.152, side * 0.27, -0.24], 0.062, 0.007));
    }
    parts.push(hoop(STEEL, [end * 1.075, 0, -0.265], [0, 1, 0], 0.035, 0.009));
  }
  return parts;
}

function boiler(): Part[] {
  const z = 0.13;
  const parts = [
    drum(GREEN, [-0.3, 0, z], [0.62, 0, z], 0.255),
    drum(BLACK, [0.6, 0, z], [0.9, 0, z], 0.268, 0.02),
    block(BLACK, [0.74, 0, -0.06], [0.13, 0.16, 0.09], 0.01),
    block(GREEN, [-0.1, 0, -0.09], [0.2, 0.2, 0.06], 0.01),
    drum(IRON, [0.895, 0, z], [0.925, 0, z], 0.205, 0.022),
    hoop(STEEL, [0.9, 0, z], [1, 0, 0], 0.222, 0.012),
    drum(BRASS, [0.92, 0, z], [0.945, 0, z], 0.035, 0.008),
    rod(STEEL, [0.945, -0.06, z - 0.06], [0.945, 0.06, z + 0.06], 0.009),
    beam(IRON, [0.928, -0.15, z + 0.09], [0.928, 0.19, z + 0.09], [0.005, 0.012], 0.003),
    beam(IRON, [0.928, -0.15, z - 0.09], [0.928, 0.19, z - 0.09], [0.005, 0.012], 0.003),
  ];
  for (const x of [-0.2, 0.03, 0.26, 0.49]) parts.push(pipe(BRASS, [x - 0.011, 0, z], [x + 0.011, 0, z], 0.2615, 0.25));
  parts.push(pipe(BRASS, [0.595, 0, z], [0.62, 0, z], 0.274, 0.25));
  return parts;
}

/** What stands on the boiler: chimney, dome, valves, lamp, hand rails. */
function fittings(): Part[] {
  const parts = [
    cone(BLACK, [0.74, 0, 0.36], [0.74, 0, 0.44], 0.13, 0.082),
    cone(BLACK, [0.74, 0, 0.42], [0.74, 0, 0.66], 0.075, 0.096),
    pipe(BRASS, [0.74, 0, 0.65], [0.74, 0, 0.7], 0.118, 0.078),
    hoop(BRASS, [0.74, 0, 0.7], [0, 0, 1], 0.1, 0.021),
    cone(GREEN, [0.26, 0, 0.35], [0.26, 0, 0.41], 0.15, 0.112),
    drum(BRASS, [0.26, 0, 0.4], [0.26, 0, 0.47], 0.112),
    ball(BRASS, [0.26, 0, 0.47], 0.112),
    ball(BRASS, [0.26, 0, 0.585], 0.018),
    drum(BRASS, [-0.06, 0, 0.37], [-0.06, 0, 0.46], 0.05, 0.012),
    rod(BRASS, [-0.085, 0, 0.45], [-0.085, 0, 0.53], 0.015),
    rod(BRASS, [-0.035, 0, 0.45], [-0.035, 0, 0.53], 0.015),
    drum(BLACK, [0.9, 0, 0.47], [1.0, 0, 0.47], 0.072, 0.01),
    block(BLACK, [0.92, 0, 0.395], [0.03, 0.03, 0.03], 0.005),
    hoop(BRASS, [1.0, 0, 0.47], [1, 0, 0], 0.066, 0.013),
    drum(LENS, [0.99, 0, 0.47], [1.006, 0, 0.47], 0.06, 0.005),
    cone(BLACK, [0.95, 0, 0.535], [0.95, 0, 0.575], 0.03, 0.018),
  ];
  for (const side of [-1, 1]) {
    parts.push(rod(BRASS, [-0.28, side * 0.265, 0.26], [0.84, side * 0.265, 0.26], 0.009));
    for (const x of [-0.1, 0.28, 0.66]) parts.push(rod(BRASS, [x, side * 0.225, 0.245], [x, side * 0.268, 0.26], 0.012));
    parts.push(block(GREEN, [0.22, side * 0.335, -0.05], [0.4, 0.055, 0.085], 0.02));
    parts.push(block(BRASS, [0.22, side * 0.392, -0.05], [0.1, 0.004, 0.028], 0.003));
  }
  return parts;
}

function cab(): Part[] {
  const parts = [
    block(BLACK, [-0.55, 0, 0.665], [0.35, 0.44, 0.022], 0.02),
    block(BLACK, [-0.55, 0, 0.695], [0.29, 0.33, 0.018], 0.016),
    block(GREEN, [-0.32, 0, 0.0], [0.018, 0.36, 0.14], 0.006),
    block(GREEN, [-0.32, 0, 0.6], [0.018, 0.36, 0.05], 0.006),
    block(GREEN, [-0.32, 0, 0.38], [0.018, 0.07, 0.2], 0.006),
    drum(BRASS, [-0.37, 0, 0.3], [-0.32, 0, 0.3], 0.05, 0.01),
    block(GREEN, [-0.79, 0, 0.6], [0.018, 0.36, 0.05], 0.006),
  ];
  for (const side of [-1, 1]) {
    const y = side * 0.36;
    parts.push(block(GREEN, [-0.555, y, 0.02], [0.253, 0.016, 0.165], 0.006));
    parts.push(block(CREAM, [-0.555, y + side * 0.012, 0.02], [0.2, 0.008, 0.11], 0.004));
    parts.push(block(GREEN, [-0.555, y + side * 0.016, 0.02], [0.186, 0.008, 0.096], 0.004));
    parts.push(block(BRASS, [-0.555, y, 0.192], [0.262, 0.026, 0.01], 0.005));
    parts.push(block(GREEN, [-0.555, y, 0.61], [0.253, 0.016, 0.042], 0.006));
    for (const x of [-0.785, -0.555, -0.325]) parts.push(block(CREAM, [x, y, 0.385], [0.018, 0.017, 0.2], 0.006));
    parts.push(rod(BRASS, [-0.83, y + side * 0.02, -0.06], [-0.83, y + side * 0.02, 0.3], 0.009));
    parts.push(block(BLACK, [-0.72, side * 0.37, -0.33], [0.07, 0.05, 0.01], 0.004));
    parts.push(block(BLACK, [-0.72, side * 0.4, -0.24], [0.06, 0.01, 0.09], 0.004));
  }
  return parts;
}

function bunker(): Part[] {
  const parts = [
    block(GREEN, [-0.9, 0, 0.02], [0.1, 0.355, 0.15], 0.015),
    block(BRASS, [-0.9, 0, 0.172], [0.106, 0.362, 0.009], 0.005),
    block(CREAM, [-1.001, 0, 0.02], [0.003, 0.27, 0.1], 0.002),
    block(GREEN, [-1.0045, 0, 0.02], [0.003, 0.255, 0.085], 0.002),
    drum(BLACK, [-1.0, 0, 0.1], [-1.06, 0, 0.1], 0.04, 0.008),
    drum(RED, [-1.055, 0, 0.1], [-1.066, 0, 0.1], 0.03, 0.004),
  ];
  // Lumps of coal: a fixed irregular heap, highest in the middle.
  for (let i = 0; i < 22; i++) {
    const u = (i * 0.618034) % 1;
    const v = (i * 0.7548777) % 1;
    const height = 0.19 + 0.075 * (1 - Math.abs(2 * v - 1));
    const half = 0.026 + 0.014 * ((i * 0.32471796) % 1);
    parts.push(block(COAL, [-0.965 + 0.13 * u, -0.28 + 0.56 * v, height], [half, half * 1.2, half * 0.8], 0.008, i * 1.7));
  }
  return parts;
}
