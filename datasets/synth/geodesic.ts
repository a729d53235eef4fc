/** An icosahedron with every edge halved and pushed out to the sphere: 42 vertices, 120 edges. */

/** Unit vertices, and edges as pairs of their indices. */
import type { Vec3 } from '../../src/geometry/vector.ts';
export function geodesicEdges(): { vertices: readonly Vec3[]; edges: readonly (readonly [number, number])[] } {
  const vertices: Vec3[] = icosahedron();
  // Vertices of an icosahedron on the unit sphere have a distance of 1.0515 to their neighbours, 1.7013 to the others.
  const original = pairsWithin(vertices, 1.1);
  for (const [a, b] of original) vertices.push(unit(vertices[a].map((value, k) => value + vertices[b][k])));
  return { vertices, edges: pairsWithin(vertices, 0.7) };
}

function icosahedron(): Vec3[] {
  const golden = (1 + Math.sqrt(5)) / 2;
  const vertices: Vec3[] = [];
  for (const a of [-1, 1]) {
    for (const b of [-golden, golden]) vertices.push(unit([0, a, b]), unit([a, b, 0]), unit([b, 0, a]));
  }
  return vertices;
}

function pairsWithin(points: readonly Vec3[], distance: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let a = 0; a < points.length; a++) {
    for (let b = a + 1; b < points.length; b++) {
      if (Math.hypot(...points[a].map((value, k) => value - points[b][k])) < distance) pairs.push([a, b]);
    }
  }
  return pairs;
}

function unit(v: readonly number[]): Vec3 {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}
