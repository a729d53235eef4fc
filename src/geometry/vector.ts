/** Vectors of three numbers. */

export type Vec3 = readonly [number, number, number];

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function normalised(v: Vec3): Vec3 {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}

export function combine(...terms: readonly (readonly [number, Vec3])[]): Vec3 {
  const sum: [number, number, number] = [0, 0, 0];
  for (const [factor, v] of terms) for (let axis = 0; axis < 3; axis++) sum[axis] += factor * v[axis];
  return sum;
}
