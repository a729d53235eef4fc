/**
 * A mesh of the places where a function on a lattice is 0 (Gibson, "Constrained elastic surface nets", 1998, without the relaxation): a vertex in each
 * cell whose corners have both signs, the mean of the crossings of its edges; a quadrangle for each edge of the lattice that is crossed. Two triangles
 * share each of their edges wherever the surface does not leave the lattice, and where sheets do not touch.
 */

export interface LatticeMesh {
  /** [n,3] grid coordinates */
  readonly places: Float32Array;
  /** [n] lowest corner of the vertex's cell */
  readonly cells: Uint32Array;
  /** [t,3] counter-clockwise where the function is positive */
  readonly triangles: Uint32Array;
}

/** Ends of a cell's edges, as corners x + 2 y + 4 z. */
const EDGES = [0, 1, 2, 3].flatMap((i) => [
  [2 * i, 2 * i + 1],
  [(i & 1) + 4 * (i >> 1), (i & 1) + 4 * (i >> 1) + 2],
  [i, i + 4],
]);

/** @param values [V] x fastest; @param size points along each axis */
export function surfaceNets(values: Float32Array, size: readonly [number, number, number]): LatticeMesh {
  const [nx, ny, nz] = size;
  const strides = [1, nx, nx * ny];
  const offsets = Array.from(
    { length: 8 },
    (_, corner) => (corner & 1) * strides[0] + ((corner >> 1) & 1) * strides[1] + (corner >> 2) * strides[2],
  );
  const places: number[] = [];
  const cells: number[] = [];
  const vertexOf = new Map<number, number>();
  for (let z = 0; z + 1 < nz; z++)
    for (let y = 0; y + 1 < ny; y++)
      for (let x = 0; x + 1 < nx; x++) {
        const cell = x + y * strides[1] + z * strides[2];
        const corners = offsets.map((offset) => values[cell + offset]);
        const inside = corners.filter((value) => value < 0).length;
        if (inside === 0 || inside === 8) continue;
        vertexOf.set(cell, cells.length);
        cells.push(cell);
        places.push(...placeIn(corners, [x, y, z]));
      }
  const triangles: number[] = [];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const point = x + y * strides[1] + z * strides[2];
        const at = [x, y, z];
        for (let axis = 0; axis < 3; axis++) {
          const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
          if (at[axis] + 1 >= size[axis] || at[u] === 0 || at[v] === 0) continue;
          const [from, to] = [values[point] < 0, values[point + strides[axis]] < 0];
          if (from === to) continue;
          // The cells around the edge, counter-clockwise when one looks against the axis.
          const around = [point - strides[u] - strides[v], point - strides[v], point, point - strides[u]].map((cell) => vertexOf.get(cell));
          if (around.includes(undefined)) continue;
          const [a, b, c, d] = (from ? around : around.reverse()) as number[];
          triangles.push(a, b, c, a, c, d);
        }
      }
  return { places: Float32Array.from(places), cells: Uint32Array.from(cells), triangles: Uint32Array.from(triangles) };
}

function placeIn(corners: readonly number[], base: readonly number[]): number[] {
  const sum = [0, 0, 0];
  let crossings = 0;
  for (const [a, b] of EDGES) {
    if (corners[a] < 0 === corners[b] < 0) continue;
    const share = corners[a] / (corners[a] - corners[b]);
    crossings++;
    for (let axis = 0; axis < 3; axis++) {
      const [from, to] = [(a >> axis) & 1, (b >> axis) & 1];
      sum[axis] += from + share * (to - from);
    }
  }
  return sum.map((value, axis) => base[axis] + value / crossings);
}
