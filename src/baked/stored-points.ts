/**
 * Which grid points rendering can make use of. A step's alpha exceeds the threshold only if that of a corner of its cell does, and then all eight
 * corners lie in that corner's 3 x 3 x 3 neighbourhood; and a step exists only where its nearest grid point is occupied, whose neighbourhood
 * holds the eight corners too. All other points can have any density below the threshold, and any features.
 */
import { densityOf } from '../lattice/density.ts';
import type { Lattice } from '../lattice/lattice.ts';
import { neighbourhoodExceeds } from '../lattice/occupancy.ts';

/** [V] 1 where density and features count. */
export function storedPoints(lattice: Lattice, density: Float32Array, occupancy: Uint8Array): Uint8Array {
  const { size } = lattice.grid;
  const near = neighbourhoodExceeds(density, size, densityOf(lattice.alphaThreshold, lattice.densityShift, lattice.interval));
  const reached = neighbourhoodExceeds(Float32Array.from(occupancy), size, 0.5);
  for (let i = 0; i < near.length; i++) near[i] &= reached[i];
  return near;
}

/**
 * [V] 1 where features count too: a sample's colour does only where its weight exceeds the weight threshold, so its alpha does, and that of a
 * corner of its cell.
 */
export function colouredPoints(lattice: Lattice, density: Float32Array, stored: Uint8Array): Uint8Array {
  const near = neighbourhoodExceeds(density, lattice.grid.size, densityOf(lattice.weightThreshold, lattice.densityShift, lattice.interval));
  for (let i = 0; i < near.length; i++) near[i] &= stored[i];
  return near;
}

/** Indices of the flags that are set, ascending. */
export function indicesOf(flags: Uint8Array): Uint32Array {
  let count = 0;
  for (const flag of flags) count += flag;
  const indices = new Uint32Array(count);
  for (let i = 0, n = 0; i < flags.length; i++) if (flags[i] !== 0) indices[n++] = i;
  return indices;
}
