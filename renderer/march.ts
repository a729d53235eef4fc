/**
 * Marching, written to be read: which steps of a ray exist, which of them are density samples, which are shown to the network
 * (docs/model.md, section 1). The thresholds select and carry no gradient, so this is plain code in double precision on the float32
 * density; a single-precision kernel takes the same decisions except within rounding of a boundary, and `margin` says how near the nearest
 * one was.
 *
 *     alpha = 1 - (1 + exp(s + b))^(-interval)       w_i = T_i alpha_i       T_{i+1} = T_i (1 - alpha_i)
 */
import { MIN_TRANSMITTANCE, type Lattice } from '../src/lattice/lattice.ts';
import type { GridSpec } from '../src/geometry/grid.ts';
import type { Rays } from '../src/geometry/rays.ts';
import { locate, type DensityAt, type Place } from '../src/lattice/place.ts';
import { spaceOf } from '../src/spaces/index.ts';

/**
 * The packed samples of N rays: D density samples, of which M are network samples. The samples of a ray are contiguous and go from near
 * to far.
 */
export interface PackedSamples {
  readonly rays: number;
  /** [N+1] density samples of ray r: rows `densityOffsets[r]` to `densityOffsets[r + 1] - 1` */
  readonly densityOffsets: Int32Array;
  /** [D] i of p_i = start + u i stepLength, or of t_i (contraction.ts) */
  readonly stepIndex: Int32Array;
  /** [D,3] grid coordinates of the sample, 0 .. points - 1 along each axis */
  readonly coordinates: Float32Array;
  /** [D,8] grid points around the sample, x fastest */
  readonly corners: Int32Array;
  /** [D,8] their trilinear weights */
  readonly cornerWeights: Float32Array;
  /** [D] from the origin of the ray: metres, or units of its direction (FieldSpace) */
  readonly distance: Float32Array;
  /** [N+1] network samples of ray r: rows `rayOffsets[r]` to `rayOffsets[r + 1] - 1` */
  readonly rayOffsets: Int32Array;
  /** [M] row of the network sample among the density samples */
  readonly networkRows: Int32Array;
  /** [N] from the origin of the ray to the far side of the box, in the same unit; 0 if the ray is empty */
  readonly exitDistance: Float32Array;
  /** Steps where the density was interpolated. */
  readonly densityEvaluations: number;
  /**
   * How near the nearest decision was to going the other way: steps for the end of a ray, voxels for the nearest grid point, and relative
   * distance for alpha, weight and transmittance.
   */
  readonly margin: number;
}

/** The opacity of a step whose interpolated density is `density`. */
export function alphaOf(lattice: Lattice, density: number): number {
  return -Math.expm1(-lattice.interval * Math.log1p(Math.exp(density + lattice.densityShift)));
}

/**
 * Marches N rays through a field.
 *
 * @param densityAt raw density of a place
 * @param occupancy [V] 0 or 1
 * @param weightThreshold replaces the lattice's
 */
export function marchRays(
  lattice: Lattice,
  rays: Rays,
  densityAt: DensityAt,
  occupancy: Uint8Array,
  weightThreshold: number = lattice.weightThreshold,
): PackedSamples {
  const space = spaceOf(lattice.space);
  const stepIndex: number[] = [];
  const coordinates: number[] = [];
  const corners: number[] = [];
  const cornerWeights: number[] = [];
  const distances: number[] = [];
  const networkRows: number[] = [];
  const densityOffsets = new Int32Array(rays.count + 1);
  const rayOffsets = new Int32Array(rays.count + 1);
  const exitDistance = new Float32Array(rays.count);
  let densityEvaluations = 0;
  let margin = Infinity;

  for (let ray = 0; ray < rays.count; ray++) {
    const origin = rays.origins.subarray(ray * 3, ray * 3 + 3);
    const direction = rays.directions.subarray(ray * 3, ray * 3 + 3);
    const walk = space.walk({ box: lattice.grid, near: lattice.near, stepLength: lattice.stepLength }, origin, direction);
    exitDistance[ray] = walk.exitDistance;

    let transmittance = 1;
    for (const { index, distance, place: point } of walk.steps) {
      const place = locate(lattice.grid, point, space.onPlane);
      margin = Math.min(margin, place.tie);
      if (occupancy[place.nearest] === 0) continue;

      densityEvaluations++;
      const alpha = alphaOf(lattice, densityAt(place));
      margin = Math.min(margin, relativeDistance(alpha, lattice.alphaThreshold));
      if (alpha <= lattice.alphaThreshold) continue;

      const weight = transmittance * alpha;
      margin = Math.min(margin, relativeDistance(weight, weightThreshold));
      if (weight > weightThreshold) networkRows.push(stepIndex.length);
      transmittance *= 1 - alpha;
      margin = Math.min(margin, relativeDistance(transmittance, MIN_TRANSMITTANCE));

      stepIndex.push(index);
      distances.push(distance);
      coordinates.push(...place.coordinates);
      corners.push(...place.corners);
      cornerWeights.push(...place.weights);
      if (transmittance < MIN_TRANSMITTANCE) break;
    }
    margin = Math.min(margin, walk.margin);
    densityOffsets[ray + 1] = stepIndex.length;
    rayOffsets[ray + 1] = networkRows.length;
  }

  return {
    rays: rays.count,
    densityOffsets,
    stepIndex: Int32Array.from(stepIndex),
    coordinates: Float32Array.from(coordinates),
    corners: Int32Array.from(corners),
    cornerWeights: Float32Array.from(cornerWeights),
    distance: Float32Array.from(distances),
    rayOffsets,
    networkRows: Int32Array.from(networkRows),
    exitDistance,
    densityEvaluations,
    margin,
  };
}

/** Where in the field's grid, or another in the same space, a sample of a ray lies. `distance` as in `PackedSamples`. */
export function placeOfSample(
  lattice: Lattice,
  grid: GridSpec,
  origin: ArrayLike<number>,
  direction: ArrayLike<number>,
  distance: number,
): Place {
  return locate(grid, spaceOf(lattice.space).placeAt(origin, direction, distance), 0);
}

function relativeDistance(value: number, threshold: number): number {
  return threshold > 0 ? Math.abs(value / threshold - 1) : Infinity;
}
