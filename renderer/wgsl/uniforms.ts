/** Uniform structs of scalars, as WGSL text and as bytes. `Grid` changes with the field's spec, `Step` with every call, `View` with the camera. */

import type { Similarity } from '../../src/spaces/space.ts';
import type { Camera } from '../../src/geometry/camera.ts';

export type Scalar = 'f32' | 'i32' | 'u32';

export interface UniformStruct<K extends string> {
  /** `struct NAME { ... }` */
  readonly wgsl: string;
  readonly bytes: number;
  /** The struct's bytes. Every field has to be there. */
  pack(values: Readonly<Record<K, number>>): ArrayBuffer;
}

function uniformStruct<K extends string>(name: string, fields: Readonly<Record<K, Scalar>>): UniformStruct<K> {
  const entries = Object.entries(fields) as [K, Scalar][];
  const bytes = Math.ceil(entries.length / 4) * 16;
  return {
    wgsl: `struct ${name} {\n${entries.map(([key, type]) => `  ${key}: ${type},\n`).join('')}}\n`,
    bytes,
    pack(values) {
      const view = new DataView(new ArrayBuffer(bytes));
      entries.forEach(([key, type], i) => {
        if (type === 'f32') view.setFloat32(4 * i, values[key], true);
        else view.setInt32(4 * i, values[key], true);
      });
      return view.buffer as ArrayBuffer;
    },
  };
}

export type StepUniforms = Parameters<typeof stepStruct.pack>[0];

/** The grid and the constants of marching (FieldSpec). */
export const gridStruct = uniformStruct('Grid', {
  nx: 'i32',
  ny: 'i32',
  nz: 'i32',
  minX: 'f32',
  minY: 'f32',
  minZ: 'f32',
  maxX: 'f32',
  maxY: 'f32',
  maxZ: 'f32',
  densityShift: 'f32',
  interval: 'f32',
  stepLength: 'f32',
  /** 1: steps are metres; 0: units of the ray's direction. */
  metricSteps: 'u32',
  near: 'f32',
  /** N of contracted space (src/geometry/contraction.ts); 0: space is not contracted. */
  innerSteps: 'i32',
  /** Density above which alpha exceeds its threshold. */
  densityThreshold: 'f32',
  /** Density above which a point keeps its neighbourhood occupied. */
  occupancyDensity: 'f32',
});

export const stepStruct = uniformStruct('Step', {
  rayCount: 'u32',
  /** Vectors of `rays` before the directions that the network sees. */
  firstView: 'u32',
  /** Index in the call of the first ray: rendering goes in batches. */
  firstRay: 'u32',
  /** Parts that are encoded (plan-parts.ts). */
  parts: 'u32',
  noiseSeed: 'u32',
  weightThreshold: 'f32',
  backgroundR: 'f32',
  backgroundG: 'f32',
  backgroundB: 'f32',
  // Loss weights, already divided by what they average over, but for those of the spikes.
  photometricScale: 'f32',
  perSampleScale: 'f32',
  entropyScale: 'f32',
  distortionScale: 'f32',
  /** Length of a step in the distortion's ray parameter. */
  distortionStep: 'f32',
  /** Weights in the loss of the mean spike of each hidden layer. */
  spikeWeight1: 'f32',
  spikeWeight2: 'f32',
  surrogateAlpha: 'f32',
  // Total variation: factors of a clamped difference; 1 if every voxel counts as touched.
  densityVariation: 'f32',
  featureVariation: 'f32',
  denseVariation: 'u32',
  /** Weight of the L1 norm of the density's factors. */
  densityL1: 'f32',
  /** Share of the hidden neurons that are dropped. */
  dropout: 'f32',
  teacherColourScale: 'f32',
  teacherPotentialScale: 'f32',
  // Adam; learning rates times the bias correction of the step.
  beta1: 'f32',
  beta2: 'f32',
  epsilon: 'f32',
  densityRate: 'f32',
  featureRate: 'f32',
  networkRate: 'f32',
});

/** A camera without lens distortion: its pose in the field's space, row by row, and intrinsics. */
export const viewStruct = uniformStruct('View', {
  m00: 'f32',
  m01: 'f32',
  m02: 'f32',
  m03: 'f32',
  m10: 'f32',
  m11: 'f32',
  m12: 'f32',
  m13: 'f32',
  m20: 'f32',
  m21: 'f32',
  m22: 'f32',
  m23: 'f32',
  fx: 'f32',
  fy: 'f32',
  cx: 'f32',
  cy: 'f32',
  width: 'u32',
  /** First pixel of the call. */
  firstPixel: 'u32',
  /** 1: directions have length 1; 0: they reach as deep as that. */
  unitDirections: 'u32',
  /** Metres in a unit of the field's space. */
  metresPerUnit: 'f32',
});

/** @param camera without lens distortion */
export function packView(
  { centre, radius, unitDirections }: Similarity,
  { camToWorld: m, intrinsics }: Camera,
  firstPixel: number,
): ArrayBuffer {
  const { fx, fy, cx, cy, width } = intrinsics;
  const [m00, m01, m02, x, m10, m11, m12, y, m20, m21, m22, z] = Array.from(m);
  const [m03, m13, m23] = [x, y, z].map((at, axis) => (at - centre[axis]) / radius);
  const pose = { m00, m01, m02, m03, m10, m11, m12, m13, m20, m21, m22, m23 };
  return viewStruct.pack({ ...pose, fx, fy, cx, cy, width, firstPixel, unitDirections: unitDirections ? 1 : 0, metresPerUnit: radius });
}
