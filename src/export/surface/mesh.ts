/** The mesh of a fused surface: places in the world, normals, colours; without the crumbs that float about. */
import type { FusedSurface } from './fuse-depths.ts';
import { voxelEdges } from './fuse-depths.ts';
import { surfaceNets } from './surface-nets.ts';

/** Points or a mesh with a colour for each vertex. */
export interface ColouredSurface {
  /** [n,3] */
  readonly positions: Float32Array;
  /** [n,3] of length 1, outward */
  readonly normals: Float32Array;
  /** [n,3] sRGB */
  readonly colours: Uint8Array;
  /** [t,3]; null: points. */
  readonly triangles: Uint32Array | null;
}

/** Pieces of fewer triangles are noise of the field. */
const LEAST_PIECE = 100;

export function meshOf(fused: FusedSurface): ColouredSurface {
  const { grid, distance } = fused;
  const { places, cells, triangles: all } = surfaceNets(distance, grid.size);
  const edges = voxelEdges(grid);
  const positions = places.map((value, i) => grid.min[i % 3] + value * edges[i % 3]);
  const triangles = withoutCrumbs(all, cells.length);
  return compacted({
    positions,
    normals: normalsOf(positions, triangles),
    colours: coloursOf(fused, cells),
    triangles,
  });
}

/** [t,3] of pieces that are no crumbs. */
function withoutCrumbs(triangles: Uint32Array, vertices: number): Uint32Array {
  const parent = Uint32Array.from({ length: vertices }, (_, i) => i);
  const root = (vertex: number): number => {
    while (parent[vertex] !== vertex) vertex = parent[vertex] = parent[parent[vertex]];
    return vertex;
  };
  for (let t = 0; t < triangles.length; t += 3) {
    parent[root(triangles[t + 1])] = root(triangles[t]);
    parent[root(triangles[t + 2])] = root(triangles[t]);
  }
  const sizes = new Uint32Array(vertices);
  for (let t = 0; t < triangles.length; t += 3) sizes[root(triangles[t])]++;
  return triangles.filter((_, i) => sizes[root(triangles[i - (i % 3)])] >= LEAST_PIECE);
}

/** Mean of the triangles around each vertex, by their areas. */
function normalsOf(positions: Float32Array, triangles: Uint32Array): Float32Array {
  const normals = new Float32Array(positions.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t] * 3, triangles[t + 1] * 3, triangles[t + 2] * 3];
    const [u, v] = [b, c].map((to) => [0, 1, 2].map((axis) => positions[to + axis] - positions[a + axis]));
    const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const vertex of [a, b, c]) for (let axis = 0; axis < 3; axis++) normals[vertex + axis] += cross[axis];
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]);
    // A vertex of no triangle is left out afterwards.
    for (let axis = 0; axis < 3; axis++) normals[i + axis] = length > 0 ? normals[i + axis] / length : Number(axis === 2);
  }
  return normals;
}

/** [n,3] mean colours over the views of the corners of each vertex's cell. */
function coloursOf({ grid: { size }, colour, seen }: FusedSurface, cells: Uint32Array): Uint8Array {
  const [sx, sy, sz] = [1, size[0], size[0] * size[1]];
  const corners = Array.from({ length: 8 }, (_, k) => (k & 1) * sx + ((k >> 1) & 1) * sy + (k >> 2) * sz);
  const colours = new Uint8Array(cells.length * 3);
  cells.forEach((cell, vertex) => {
    const views = corners.reduce((sum, corner) => sum + seen[cell + corner], 0);
    for (let c = 0; c < 3; c++) {
      const sum = corners.reduce((total, corner) => total + colour[(cell + corner) * 3 + c], 0);
      colours[vertex * 3 + c] = Math.round(255 * Math.min(1, Math.max(0, sum / Math.max(1, views))));
    }
  });
  return colours;
}

/** Without vertices that no triangle has. */
function compacted({ positions, normals, colours, triangles }: ColouredSurface & { readonly triangles: Uint32Array }): ColouredSurface {
  const kept = [...new Set(triangles)].sort((a, b) => a - b);
  const place = new Map(kept.map((vertex, i) => [vertex, i]));
  const of = <T extends Float32Array | Uint8Array>(out: T, values: T): T => {
    kept.forEach((vertex, i) => out.set(values.subarray(vertex * 3, vertex * 3 + 3), i * 3));
    return out;
  };
  return {
    positions: of(new Float32Array(kept.length * 3), positions),
    normals: of(new Float32Array(kept.length * 3), normals),
    colours: of(new Uint8Array(kept.length * 3), colours),
    triangles: triangles.map((vertex) => place.get(vertex)!),
  };
}
