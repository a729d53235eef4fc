/**
 * Marching, written to be read: which steps of a ray exist, which of them are density samples, which are shown to the network
 * (docs/model.md, section 1). The thresholds select and carry no gradient, so this is plain code in double precision on the float32
 * density; a single-precision kernel takes the same decisions except within rounding of a boundary, and `margin` says how near the nearest
 * one was.
 *
 *     alpha = 1 - (1 + exp(s + b))^(-interval)       w_i = T_i alpha_i       T_{i+1} = T_i (1 - alpha_i)
 */
import type { GridSpec } from '../src/geometry/grid.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import type { Rays } from '../src/geometry/rays.ts';
import { MIN_TRANSMITTANCE, type FieldSpec } from '../src/model/field-spec.ts';
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
export function alphaOf(spec: FieldSpec, density: number): number {
  return -Math.expm1(-spec.interval * Math.log1p(Math.exp(density + spec.densityShift)));
}

/**
 * Marches N rays through a field.
 *
 * @param density [V]
 * @param occupancy [V] 0 or 1
 * @param weightThreshold replaces the spec's
 */
export function marchRays(
  spec: FieldSpec,
  rays: Rays,
  density: Float32Array,
  occupancy: Uint8Array,
  weightThreshold: number = spec.weightThreshold,
): PackedSamples {
  const space = spaceOf(spec.space);
  const stepIndex: number[] = [];
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
    const walk = space.walk({ box: spec.grid, near: spec.near, stepLength: spec.stepLength }, origin, direction);
    exitDistance[ray] = walk.exitDistance;

    let transmittance = 1;
    for (const { index, distance, place: point } of walk.steps) {
      const place = locate(spec.grid, point, space.onPlane);
      margin = Math.min(margin, place.tie);
      if (occupancy[place.nearest] === 0) continue;

      densityEvaluations++;
      let s = 0;
      for (let k = 0; k < 8; k++) s += place.weights[k] * density[place.corners[k]];
      const alpha = alphaOf(spec, s);
      margin = Math.min(margin, relativeDistance(alpha, spec.alphaThreshold));
      if (alpha <= spec.alphaThreshold) continue;

      const weight = transmittance * alpha;
      margin = Math.min(margin, relativeDistance(weight, weightThreshold));
      if (weight > weightThreshold) networkRows.push(stepIndex.length);
      transmittance *= 1 - alpha;
      margin = Math.min(margin, relativeDistance(transmittance, MIN_TRANSMITTANCE));

      stepIndex.push(index);
      distances.push(distance);
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
  spec: FieldSpec,
  grid: GridSpec,
  origin: ArrayLike<number>,
  direction: ArrayLike<number>,
  distance: number,
): Place {
  return locate(grid, spaceOf(spec.space).placeAt(origin, direction, distance), 0);
}

export interface Place {
  /** [8] grid points, x fastest, and their trilinear weights */
  readonly corners: readonly number[];
  readonly weights: readonly number[];
  readonly nearest: number;
  /** Voxels to the nearest place where `nearest` changes. */
  readonly tie: number;
}

/**
 * Where a point lies in the grid; outside, where the nearest point of the grid's box does.
 *
 * @param onPlane planes nearer than this, in voxels along z, it lies on
 */
function locate(grid: GridSpec, point: Vec3, onPlane: number): Place {
  const base = [0, 0, 0];
  const fraction = [0, 0, 0];
  const near = [0, 0, 0];
  let tie = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const { min, max, size } = grid;
    const scale = (size[axis] - 1) / (max[axis] - min[axis]);
    const clamped = Math.min(Math.max((point[axis] - min[axis]) * scale, 0), size[axis] - 1);
    const g = axis === 2 && Math.abs(clamped - Math.round(clamped)) < onPlane ? Math.round(clamped) : clamped;
    base[axis] = Math.min(Math.floor(g), size[axis] - 2);
    fraction[axis] = g - base[axis];
    near[axis] = Math.floor(g + 0.5);
    tie = Math.min(tie, Math.abs(fraction[axis] - 0.5));
  }
  const [nx, ny] = grid.size;
  const corners: number[] = [];
  const weights: number[] = [];
  for (let k = 0; k < 8; k++) {
    const [dx, dy, dz] = [k & 1, (k >> 1) & 1, k >> 2];
    corners.push(base[0] + dx + nx * (base[1] + dy + ny * (base[2] + dz)));
    weights.push(side(fraction[0], dx) * side(fraction[1], dy) * side(fraction[2], dz));
  }
  return { corners, weights, nearest: near[0] + nx * (near[1] + ny * near[2]), tie };
}

/** Linear weight of the lower (0) or upper (1) of two grid points. */
function side(fraction: number, upper: number): number {
  return upper === 1 ? fraction : 1 - fraction;
}

function relativeDistance(value: number, threshold: number): number {
  return threshold > 0 ? Math.abs(value / threshold - 1) : Infinity;
}
