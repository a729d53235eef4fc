/**
 * An armillary sphere on a turned stand: graduated rings around a geodesic wire cage around a mirror ball. Wires thinner than a pixel, much
 * that is seen through gaps, and a ball whose picture depends on nothing but the direction it is seen from. z is up.
 */
import type { Vec3 } from '../../src/geometry/vector.ts';
import { geodesicEdges } from './geodesic.ts';
import { metal, wood, type Material } from './material.ts';
import { partKit, type Part } from './part.ts';

const { ball, beam, block, cone, drum, hoop, pipe, rod } = partKit(0.92);

const BRASS = metal(0xf6bd62, 0.2);
const COPPER = metal(0xd8845a, 0.26);
const STEEL = metal(0xc3c9d0, 0.25);
const DARK = metal(0x4a4640, 0.4);
const CHROME: Material = { ...metal(0xf4f6f8, 0.05), mirror: true };
const MAHOGANY = wood(0x6e2f1d, 30, 0.25);

/** Height of the common centre of ball, cage and rings. */
const CENTRE = 0.2;
/** Direction of the axis of the world: up, leaning by the 23.4 degrees of the ecliptic's obliquity. */
const POLE: Vec3 = [Math.sin(0.4084), 0, Math.cos(0.4084)];

export function armillaryParts(): Part[] {
  return [...stand(), ...horizon(), ...rings(), ...axis(), ...cage(), ball(CHROME, [0, 0, CENTRE], 0.36)];
}

function stand(): Part[] {
  const up = (z: number): Vec3 => [0, 0, z];
  const parts = [
    drum(MAHOGANY, up(-1.06), up(-0.98), 0.46, 0.03),
    cone(MAHOGANY, up(-0.99), up(-0.93), 0.4, 0.31),
    hoop(MAHOGANY, up(-0.925), [0, 0, 1], 0.27, 0.036),
    hoop(BRASS, up(-0.98), [0, 0, 1], 0.425, 0.014),
    cone(MAHOGANY, up(-0.94), up(-0.84), 0.27, 0.09),
    drum(BRASS, up(-0.85), up(-0.82), 0.1, 0.012),
    ball(MAHOGANY, up(-0.75), 0.092),
    drum(BRASS, up(-0.69), up(-0.66), 0.07, 0.01),
    cone(BRASS, up(-0.67), up(-0.6), 0.05, 0.034),
    ball(BRASS, up(-0.59), 0.05),
  ];
  for (let i = 0; i < 3; i++) {
    const angle = (2 * Math.PI * i) / 3 + 0.5;
    parts.push(ball(BRASS, [0.38 * Math.cos(angle), 0.38 * Math.sin(angle), -1.075], 0.045));
  }
  return parts;
}

/** The level ring with its degrees, on four curved arms. */
function horizon(): Part[] {
  const parts = [
    pipe(BRASS, [0, 0, CENTRE - 0.015], [0, 0, CENTRE + 0.015], 0.96, 0.86),
    hoop(BRASS, [0, 0, CENTRE + 0.012], [0, 0, 1], 0.96, 0.011),
    hoop(BRASS, [0, 0, CENTRE + 0.012], [0, 0, 1], 0.86, 0.009),
  ];
  for (let i = 0; i < 72; i++) {
    const angle = (2 * Math.PI * i) / 72;
    const length = i % 6 === 0 ? 0.034 : 0.016;
    const middle = 0.945 - length;
    parts.push(block(DARK, [middle * Math.cos(angle), middle * Math.sin(angle), CENTRE + 0.0145], [length, 0.0045, 0.003], 0.001, angle));
  }
  for (let i = 0; i < 4; i++) {
    const angle = Math.PI / 4 + (i * Math.PI) / 2;
    const at = (share: number): Vec3 => {
      const bend = (share * Math.PI) / 2;
      const radius = 0.91 * Math.sin(bend);
      return [radius * Math.cos(angle), radius * Math.sin(angle), CENTRE - 0.01 - 0.79 * Math.cos(bend)];
    };
    for (let k = 0; k < 10; k++) parts.push(rod(BRASS, at(k / 10), at((k + 1) / 10), 0.017));
    parts.push(ball(BRASS, at(1), 0.03));
  }
  return parts;
}

/** Meridian, equator, polar circles and colure. */
function rings(): Part[] {
  const c: Vec3 = [0, 0, CENTRE];
  const along = (distance: number): Vec3 => [c[0] + POLE[0] * distance, c[1] + POLE[1] * distance, c[2] + POLE[2] * distance];
  const parts = [
    pipe(BRASS, [0, -0.02, CENTRE], [0, 0.02, CENTRE], 0.84, 0.795),
    pipe(BRASS, along(-0.022), along(0.022), 0.74, 0.712),
    hoop(COPPER, along(0.66), POLE, 0.3, 0.009),
    hoop(COPPER, along(-0.66), POLE, 0.3, 0.009),
    hoop(COPPER, c, [POLE[2], 0, -POLE[0]], 0.735, 0.011),
  ];
  // Ticks on the meridian: seen edge on from most places, a fraction of a pixel wide.
  for (let i = 0; i < 60; i++) {
    const angle = (2 * Math.PI * i) / 60;
    const [dx, dz] = [Math.cos(angle), Math.sin(angle)];
    const inner = i % 5 === 0 ? 0.8 : 0.82;
    const side = 0.0205;
    for (const y of [-side, side]) {
      parts.push(beam(DARK, [inner * dx, y, CENTRE + inner * dz], [0.838 * dx, y, CENTRE + 0.838 * dz], [0.003, 0.003], 0.001));
    }
  }
  return parts;
}

/** The pole's rod with arrow head and fletching. */
function axis(): Part[] {
  const at = (distance: number): Vec3 => [POLE[0] * distance, POLE[1] * distance, CENTRE + POLE[2] * distance];
  return [
    rod(STEEL, at(-0.98), at(-0.35), 0.011),
    rod(STEEL, at(0.35), at(0.92), 0.011),
    cone(BRASS, at(0.9), at(1.02), 0.04, 0.001),
    ball(BRASS, at(-0.98), 0.03),
    ball(BRASS, at(0.8), 0.032),
    ball(BRASS, at(-0.8), 0.032),
  ];
}

function cage(): Part[] {
  const radius = 0.56;
  const place = (v: Vec3): Vec3 => [v[0] * radius, v[1] * radius, CENTRE + v[2] * radius];
  const { vertices, edges } = geodesicEdges();
  return [
    ...edges.map(([a, b]) => rod(STEEL, place(vertices[a]), place(vertices[b]), 0.006)),
    ...vertices.map((vertex) => ball(BRASS, place(vertex), 0.017)),
  ];
}
