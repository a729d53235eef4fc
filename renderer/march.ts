/**
 * Marching, written to be read: which steps of a ray exist, which of them are density samples, which are shown to the network
 * (docs/model.md, section 1). The thresholds select and carry no gradient, so this is plain code in double precision on the float32
 * density; a single-precision kernel takes the same decisions except within rounding of a boundary, and `margin` says how near the nearest
 * one was.
 *
 *     alpha = 1 - (1 + exp(s + b))^(-interval)       w_i = T_i alpha_i       T_{i+1} = T_i (1 - alpha_i)
 */
import type { Vec3 } from '../src/geometry/vector.ts';
import type { Rays } from '../src/geometry/rays.ts';
import { hasMetricSteps, MIN_TRANSMITTANCE, ON_PLANE, type FieldSpec, type GridSpec } from '../src/model/field-spec.ts';
import { contract, innerSteps, LEAST_MOVE, normOf, stepParameter } from '../src/geometry/contraction.ts';

/** Components of a direction smaller than this count as this in the slab test. */
const MIN_DIRECTION = 1e-9;

/** Part of a ray inside the grid's box, in units of its direction. Empty if `tMax <= tMin`. */
export interface Span {
  readonly tMin: number;
  readonly tMax: number;
}

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

/** Slab test of ray `index` against the box of the grid. In normalised device coordinates a ray ends at t = 1. */
export function raySpan(spec: FieldSpec, rays: Rays, index: number): Span {
  const { grid } = spec;
  let tMin = spec.near;
  let tMax = hasMetricSteps(spec) ? Infinity : 1;
  for (let axis = 0; axis < 3; axis++) {
    const origin = rays.origins[index * 3 + axis];
    let direction = rays.directions[index * 3 + axis];
    if (Math.abs(direction) < MIN_DIRECTION) direction = MIN_DIRECTION;
    const a = (grid.min[axis] - origin) / direction;
    const b = (grid.max[axis] - origin) / direction;
    tMin = Math.max(tMin, Math.min(a, b));
    tMax = Math.min(tMax, Math.max(a, b));
  }
  return { tMin, tMax };
}

/** How long a ray's direction is, in the unit of the steps. */
export function directionLength(spec: FieldSpec, direction: ArrayLike<number>): number {
  return hasMetricSteps(spec) ? Math.hypot(direction[0], direction[1], direction[2]) : 1;
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
    const walk = spec.space.kind === 'unbounded' ? contractedWalk(spec, origin, direction) : straightWalk(spec, rays, ray);
    exitDistance[ray] = walk.exitDistance;

    let transmittance = 1;
    for (const { index, distance, place } of walk.steps) {
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

interface Step {
  readonly index: number;
  /** As in `PackedSamples`. */
  readonly distance: number;
  readonly place: Place;
}

/** The steps of a ray that exist, near to far. */
interface Walk {
  readonly exitDistance: number;
  readonly steps: Iterable<Step>;
  /** How near the walk so far came to having other steps. */
  readonly margin: number;
}

/** Evenly from the near to the far side of the grid's box. */
function straightWalk(spec: FieldSpec, rays: Rays, ray: number): Walk {
  const origin = rays.origins.subarray(ray * 3, ray * 3 + 3);
  const direction = rays.directions.subarray(ray * 3, ray * 3 + 3);
  const length = directionLength(spec, direction);
  const { tMin, tMax } = raySpan(spec, rays, ray);
  if (!(tMax > tMin)) return { exitDistance: 0, steps: [], margin: Infinity };
  const walk = { exitDistance: length * tMax, margin: Infinity };
  const onPlane = spec.space.kind === 'ndc' ? ON_PLANE : 0;
  function* steps(): Generator<Step> {
    for (let index = 0; ; index++) {
      const distance = length * tMin + index * spec.stepLength;
      walk.margin = Math.min(walk.margin, Math.abs(distance - length * tMax) / spec.stepLength);
      if (distance >= length * tMax) return;
      yield { index, distance, place: locate(spec.grid, origin, direction, distance / length, onPlane) };
    }
  }
  return Object.assign(walk, { steps: steps() });
}

/** Through contracted space, at the distances of contraction.ts from `near` on. */
function contractedWalk(spec: FieldSpec, origin: ArrayLike<number>, direction: ArrayLike<number>): Walk {
  const { grid, near, stepLength } = spec;
  const inner = innerSteps(stepLength);
  const walk = { exitDistance: stepParameter(2 * inner - 1, inner), margin: Infinity };
  function* steps(): Generator<Step> {
    let before: Vec3 | null = null;
    let moved = 0;
    for (let index = 0; index < 2 * inner; index++) {
      const distance = stepParameter(index, inner);
      walk.margin = Math.min(walk.margin, Math.abs(distance - near) / stepLength);
      if (distance < near) continue;
      const along = (axis: number): number => origin[axis] + direction[axis] * distance;
      const world: Vec3 = [along(0), along(1), along(2)];
      const place = contract(world);
      const norm = normOf(world);
      walk.margin = Math.min(walk.margin, Math.abs(norm - 1) / stepLength);
      if (norm > 1) {
        moved += before === null ? 0 : Math.hypot(place[0] - before[0], place[1] - before[1], place[2] - before[2]);
        walk.margin = Math.min(walk.margin, Math.abs(moved / stepLength - LEAST_MOVE));
      }
      before = place;
      if (norm > 1 && moved <= LEAST_MOVE * stepLength) continue;
      moved = 0;
      yield { index, distance, place: locate(grid, place, NOWHERE, 0, 0) };
    }
  }
  return Object.assign(walk, { steps: steps() });
}

const NOWHERE: Vec3 = [0, 0, 0];

/** Where in the field's grid, or another in the same space, a sample of a ray lies. `distance` as in `PackedSamples`. */
export function placeOfSample(
  spec: FieldSpec,
  grid: GridSpec,
  origin: ArrayLike<number>,
  direction: ArrayLike<number>,
  distance: number,
): Place {
  if (spec.space.kind !== 'unbounded') return locate(grid, origin, direction, distance / directionLength(spec, direction), 0);
  const along = (axis: number): number => origin[axis] + direction[axis] * distance;
  return locate(grid, contract([along(0), along(1), along(2)]), NOWHERE, 0, 0);
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
 * Where the point origin + direction t lies in the grid; outside, where the nearest point of the grid's box does.
 *
 * @param onPlane planes nearer than this, in voxels along z, it lies on
 */
function locate(grid: GridSpec, origin: ArrayLike<number>, direction: ArrayLike<number>, t: number, onPlane: number): Place {
  const base = [0, 0, 0];
  const fraction = [0, 0, 0];
  const near = [0, 0, 0];
  let tie = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const { min, max, size } = grid;
    const p = origin[axis] + direction[axis] * t;
    const scale = (size[axis] - 1) / (max[axis] - min[axis]);
    const clamped = Math.min(Math.max((p - min[axis]) * scale, 0), size[axis] - 1);
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
