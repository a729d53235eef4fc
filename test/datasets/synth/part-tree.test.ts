import { describe, expect, it } from 'vitest';
import { armillaryParts } from '../../../datasets/synth/armillary.ts';
import { geodesicEdges } from '../../../datasets/synth/geodesic.ts';
import { locomotiveParts } from '../../../datasets/synth/locomotive.ts';
import { metal } from '../../../datasets/synth/material.ts';
import { partKit, type Part } from '../../../datasets/synth/part.ts';
import { PartTree } from '../../../datasets/synth/part-tree.ts';
import { rigidProblem } from '../../../src/geometry/rigid-motion.ts';
import { Random } from '../../../src/math/random.ts';

const SCENES: [string, Part[]][] = [
  ['locomotive', locomotiveParts()],
  ['armillary sphere', armillaryParts()],
];

function toLocal(frame: Float64Array, v: number[], point: boolean): number[] {
  const p = point ? v.map((value, k) => value - frame[k * 4 + 3]) : v;
  return [0, 1, 2].map((k) => frame[k] * p[0] + frame[4 + k] * p[1] + frame[8 + k] * p[2]);
}

describe.each(SCENES)('the tree of the %s', (_, parts) => {
  const tree = new PartTree(parts);

  it('places all parts by rigid motions', () => {
    for (const { frame } of parts) expect(rigidProblem([...frame, 0, 0, 0, 1])).toBeNull();
  });

  it('finds the same first part as a search through all of them', () => {
    const random = new Random(3);
    let hits = 0;
    for (let i = 0; i < 400; i++) {
      const towards = [0, 1, 2].map(() => random.float() - 0.5);
      const away = [0, 1, 2].map(() => random.float() - 0.5);
      const length = Math.hypot(...away);
      const d = away.map((value) => -value / length);
      const o = towards.map((value, k) => value - 4 * d[k]);
      let best = Infinity;
      for (const { shape, frame } of parts) {
        const [p, q] = [toLocal(frame, o, true), toLocal(frame, d, false)];
        best = Math.min(best, shape.enter(p[0], p[1], p[2], q[0], q[1], q[2]));
      }
      const hit = tree.first(o[0], o[1], o[2], d[0], d[1], d[2]);
      expect(hit >= 0).toBe(best < Infinity);
      expect(tree.blocked(o[0], o[1], o[2], d[0], d[1], d[2])).toBe(best < Infinity);
      if (hit < 0) continue;
      hits++;
      expect(tree.distance).toBeCloseTo(best, 10);
      expect(tree.blocked(o[0], o[1], o[2], d[0], d[1], d[2], best - 1e-6)).toBe(false);
    }
    expect(hits).toBeGreaterThan(50);
  });

  it('gives the distance to the nearest surface', () => {
    const random = new Random(4);
    for (let i = 0; i < 300; i++) {
      const p = [0, 1, 2].map(() => (random.float() - 0.5) * 2.6);
      const slow = Math.min(
        ...parts.map(({ shape, frame }) => {
          const [x, y, z] = toLocal(frame, p, true);
          return shape.distance(x, y, z);
        }),
      );
      expect(tree.nearest(p[0], p[1], p[2], Infinity) - Math.max(slow, -1)).toBeLessThan(1e-9 + (slow < 0 ? 1 : 0));
      if (slow > 0) expect(tree.nearest(p[0], p[1], p[2], Infinity)).toBeCloseTo(slow, 10);
      else expect(tree.nearest(p[0], p[1], p[2], Infinity)).toBeLessThanOrEqual(0);
    }
  });
});

describe('the part kit', () => {
  it('scales everything by its unit', () => {
    const tree = new PartTree([partKit(0.5).rod(metal(0xffffff), [0, 0, -1], [2, 0, -1], 0.2)]);
    expect([...tree.bounds].map((value) => +value.toFixed(9))).toEqual([-0.1, -0.1, -0.6, 1.1, 0.1, -0.4]);
    expect(tree.nearest(0.5, 0, 0, Infinity)).toBeCloseTo(0.4, 12);
  });

  it('knows the geodesic sphere', () => {
    const { vertices, edges } = geodesicEdges();
    expect([vertices.length, edges.length]).toEqual([42, 120]);
    for (const vertex of vertices) expect(Math.hypot(...vertex)).toBeCloseTo(1, 12);
  });
});
