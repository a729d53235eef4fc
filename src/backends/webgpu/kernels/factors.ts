/**
 * Vector-matrix factors (model/representations/vm.ts) as they lie in a buffer of the GPU: those of one group, density or appearance, one behind the
 * other, plane and line of XY and Z, of XZ and Y, of YZ and X; a point's components side by side.
 *
 *     M_r(p): bilinear at the fractions (f.a, f.b) of plane point (a, b)          v_r(p): linear at the fraction f.c of line point c
 */
import type { GridSpec } from '../../../geometry/grid.ts';
import { FACTOR_PAIRS, factorPoints, type FactorPair, type Ranks } from '../../../model/representations/factors.ts';
import { lineName, planeName, type FactorGroup } from '../../../model/representations/vm.ts';

const AXES = ['x', 'y', 'z'] as const;

/** The axes of a pair by name: `a` is the fastest of the plane, `c` that of the line. */
export function axesOf({ plane: [a, b], line }: FactorPair): { readonly a: string; readonly b: string; readonly c: string } {
  return { a: AXES[a], b: AXES[b], c: AXES[line] };
}

export interface Factor {
  readonly name: string;
  readonly points: number;
  readonly rank: number;
  /** Float of the group's buffer at which it begins. */
  readonly first: number;
}

/** The factors of a group on a grid, and the floats of all. */
export function factorLayout(
  group: FactorGroup,
  ranks: Ranks,
  { size }: GridSpec,
): { readonly factors: readonly Factor[]; readonly floats: number } {
  let floats = 0;
  const factors = FACTOR_PAIRS.flatMap((pair, i) => {
    const { plane, line } = factorPoints(pair, size);
    return [
      { name: planeName(group, pair), points: plane },
      { name: lineName(group, pair), points: line },
    ].map(({ name, points }) => {
      const first = floats;
      floats += points * ranks[i];
      return { name, points, rank: ranks[i], first };
    });
  });
  return { factors, floats };
}

/** Numbers of all lines of a group. */
export function lineFloats(ranks: Ranks, { size }: GridSpec): number {
  return FACTOR_PAIRS.reduce((sum, { line }, i) => sum + size[line] * ranks[i], 0);
}

/**
 * Where the factors of a group begin, in vectors of four: `PREFIXPlane0()`, `PREFIXLine0()`, ... and behind the last `PREFIXEnd()`.
 *
 * @param grid the uniform whose grid it is
 */
export function placesWgsl(prefix: string, ranks: Ranks, grid = 'grid'): string {
  const points = (axis: string): string => `u32(${grid}.n${axis})`;
  const functions = FACTOR_PAIRS.map((pair, i) => {
    const { a, b, c } = axesOf(pair);
    const next = i === FACTOR_PAIRS.length - 1 ? `${prefix}End` : `${prefix}Plane${i + 1}`;
    return `fn ${prefix}Line${i}() -> u32 { return ${prefix}Plane${i}() + ${points(a)} * ${points(b)} * ${ranks[i] / 4}u; }
fn ${next}() -> u32 { return ${prefix}Line${i}() + ${points(c)} * ${ranks[i] / 4}u; }
`;
  });
  return `fn ${prefix}Plane0() -> u32 { return 0u; }\n${functions.join('')}`;
}

/** Numbers that a kernel reads at a time. */
export type FactorValue = 'f32' | 'vec4<f32>';

/**
 * `PREFIXPlaneAt0(k, corner, f)` and `PREFIXLineAt0(k, corner, f)`, ...: the k-th value of the pair's components, at a base voxel and fractions.
 * Needs `placesWgsl`.
 *
 * @param buffer of the factors, an array of `value`
 */
export function factorValuesWgsl(prefix: string, ranks: Ranks, buffer: string, value: FactorValue): string {
  const width = value === 'f32' ? 1 : 4;
  return FACTOR_PAIRS.map((pair, i) => {
    const { a, b, c } = axesOf(pair);
    const point = ranks[i] / width;
    const first = (of: 'Plane' | 'Line'): string => `${prefix}${of}${i}()${width === 1 ? ' * 4u' : ''}`;
    return /* wgsl */ `
fn ${prefix}PlaneAt${i}(k: u32, corner: vec3<u32>, f: vec3<f32>) -> ${value} {
  let row = u32(grid.n${a}) * ${point}u;
  let p = ${first('Plane')} + corner.${b} * row + corner.${a} * ${point}u + k;
  let below = ${buffer}[p] * (1.0 - f.${a}) + ${buffer}[p + ${point}u] * f.${a};
  let above = ${buffer}[p + row] * (1.0 - f.${a}) + ${buffer}[p + row + ${point}u] * f.${a};
  return below * (1.0 - f.${b}) + above * f.${b};
}

fn ${prefix}LineAt${i}(k: u32, corner: vec3<u32>, f: vec3<f32>) -> ${value} {
  let p = ${first('Line')} + corner.${c} * ${point}u + k;
  return ${buffer}[p] * (1.0 - f.${c}) + ${buffer}[p + ${point}u] * f.${c};
}
`;
  }).join('');
}

/**
 * A choice by pair: `piece(i, 'k')` for the pair whose values, counted through all pairs, `k` is one of; there `k` counts from the pair's first.
 *
 * @param counts values of each pair
 */
export function byPair(k: string, counts: readonly number[], piece: (pair: number, k: string) => string): string {
  let first = 0;
  return counts
    .map((count, i) => {
      const own = first === 0 ? k : `${k} - ${first}u`;
      first += count;
      return i === counts.length - 1 ? `{ ${piece(i, own)} }` : `if (${k} < ${first}u) { ${piece(i, own)} }`;
    })
    .join(' else ');
}

/** `cornerOf(base) -> vec3<u32>`: the coordinates of a base voxel. */
export const cornerWgsl = /* wgsl */ `
fn cornerOf(base: u32) -> vec3<u32> {
  let nx = u32(grid.nx);
  let ny = u32(grid.ny);
  return vec3<u32>(base % nx, (base / nx) % ny, base / (nx * ny));
}
`;
