/** Every shape gives three answers (where a ray enters, the normal, the distance) that have to agree with each other. */
import { describe, expect, it } from 'vitest';
import { box } from '../../../datasets/synth/box-shape.ts';
import { capsule, sphere, torus } from '../../../datasets/synth/round-shapes.ts';
import type { Shape } from '../../../datasets/synth/shape.ts';
import { cylinder, frustum, tube } from '../../../datasets/synth/turned-shapes.ts';
import { Random } from '../../../src/math/random.ts';

const SHAPES: [string, Shape][] = [
  ['sphere', sphere(0.7)],
  ['capsule', capsule(0.5, 0.2)],
  ['torus', torus(0.6, 0.15)],
  ['thin torus', torus(0.8, 0.01)],
  ['box', box([0.3, 0.5, 0.7])],
  ['rounded box', box([0.3, 0.5, 0.7], 0.1)],
  ['cylinder', cylinder(0.4, 0.6)],
  ['rounded cylinder', cylinder(0.4, 0.6, 0.08)],
  ['frustum', frustum(0.5, 0.7, 0.2)],
  ['frustum upside down', frustum(0.5, 0.1, 0.6)],
  ['tube', tube(0.3, 0.7, 0.5)],
];

/** A ray from outside the bounds towards a place in or near the shape. */
function aimedRay(random: Random, shape: Shape): number[] {
  const towards = shape.halfSize.map((half) => (2 * random.float() - 1) * half * 1.1);
  const away = [0, 1, 2].map(() => random.float() - 0.5);
  const scale = 3 / Math.hypot(...away);
  const origin = towards.map((value, k) => value + away[k] * scale);
  return [...origin, ...away.map((value) => -value / Math.hypot(...away))];
}

/** First place where the distance falls to zero, by small steps and bisection: slow and independent of the shape's own solution. */
function slowEntry(shape: Shape, [ox, oy, oz, dx, dy, dz]: number[]): number {
  const distance = (t: number): number => shape.distance(ox + dx * t, oy + dy * t, oz + dz * t);
  for (let t = 0; t < 7;) {
    const d = distance(t);
    if (d > 1e-7) {
      t += Math.max(d * 0.9, 1e-5);
      continue;
    }
    let [low, high] = [t - 1e-4, t];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (distance(middle) > 0) low = middle;
      else high = middle;
    }
    return high;
  }
  return Infinity;
}

describe.each(SHAPES)('%s', (_, shape) => {
  it('is entered where its distance becomes zero', () => {
    const random = new Random(11);
    let hits = 0;
    let misses = 0;
    for (let i = 0; i < 1500; i++) {
      const ray = aimedRay(random, shape);
      const [ox, oy, oz, dx, dy, dz] = ray;
      const t = shape.enter(ox, oy, oz, dx, dy, dz);
      if (t === Infinity) misses++;
      else {
        hits++;
        expect(Math.abs(shape.distance(ox + dx * t, oy + dy * t, oz + dz * t))).toBeLessThan(1e-8);
      }
      if (i >= 300) continue;
      const slow = slowEntry(shape, ray);
      // A ray that grazes within 1e-6 may be called either way.
      if (Math.abs(t - slow) > 1e-5) expect(closest(shape, ray)).toBeLessThan(1e-6);
    }
    expect(hits).toBeGreaterThan(20);
    expect(misses).toBeGreaterThan(20);
  });

  it('has the gradient of its distance as normal', () => {
    const random = new Random(12);
    const normal = new Float64Array(3);
    let compared = 0;
    for (let i = 0; i < 600; i++) {
      const [ox, oy, oz, dx, dy, dz] = aimedRay(random, shape);
      const t = shape.enter(ox, oy, oz, dx, dy, dz);
      if (t === Infinity) continue;
      const p = [ox + dx * t, oy + dy * t, oz + dz * t];
      shape.normal(p[0], p[1], p[2], normal);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 9);
      expect(normal[0] * dx + normal[1] * dy + normal[2] * dz, 'the ray comes from outside').toBeLessThan(1e-6);
      const gradient = [0, 1, 2].map((k) => {
        const [a, b] = [[...p], [...p]];
        a[k] += 1e-6;
        b[k] -= 1e-6;
        return (shape.distance(a[0], a[1], a[2]) - shape.distance(b[0], b[1], b[2])) / 2e-6;
      });
      // At a sharp edge the distance has no gradient.
      if (Math.abs(Math.hypot(...gradient) - 1) > 1e-3) continue;
      compared++;
      for (let k = 0; k < 3; k++) expect(normal[k]).toBeCloseTo(gradient[k], 3);
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('lies within its bounds', () => {
    const random = new Random(13);
    for (let i = 0; i < 2000; i++) {
      const p = shape.halfSize.map((half) => (2 * random.float() - 1) * half * 1.5);
      const inside = p.every((value, k) => Math.abs(value) <= shape.halfSize[k]);
      if (!inside) expect(shape.distance(p[0], p[1], p[2])).toBeGreaterThan(0);
    }
  });

  it('is not seen by rays that point away', () => {
    const random = new Random(14);
    for (let i = 0; i < 200; i++) {
      const [ox, oy, oz, dx, dy, dz] = aimedRay(random, shape);
      expect(shape.enter(ox, oy, oz, -dx, -dy, -dz)).toBe(Infinity);
    }
  });
});

/** Least distance of a ray to the surface, looking finely around every local minimum. */
function closest(shape: Shape, [ox, oy, oz, dx, dy, dz]: number[]): number {
  let least = Infinity;
  for (let t = 0; t < 7;) {
    const d = Math.abs(shape.distance(ox + dx * t, oy + dy * t, oz + dz * t));
    least = Math.min(least, d);
    t += Math.max(d * 0.5, 1e-6);
    if (least < 1e-6) break;
  }
  return least;
}
