/** Parts of fixtures that many cases have: terms of the loss, spaces. */
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import { planeSteps } from '../../src/spaces/planes.ts';

/** Coefficients of the mean potentials of both layers. */
export function coefficients(width: number): [Float32Array, Float32Array] {
  const layer = (first: number): Float32Array => Float32Array.from({ length: width }, (_, c) => Math.cos(first + 2.3 * c) / 100);
  return [layer(1), layer(2)];
}

export const teacherColour = { loss: { ...NO_LOSS_TERMS, teacherColour: 0.5 }, teacher: true };
export const teacherGram = { loss: { ...NO_LOSS_TERMS, teacherGram: 0.05 }, teacher: true };
export const teacherPotential = { loss: { ...NO_LOSS_TERMS, teacherPotential: 0.2 }, teacher: true };
export const dropout = { settings: { dropout: 0.3 } };

/** Rays whose steps are units of their directions, and whose network sees other directions. */
export const ndc = { spec: { space: { kind: 'ndc' }, near: 0, stepLength: 0.0413 } } as const;

/** From plane to plane of the seven, but for rays that enter the box from the side. */
export const planes = { ...ndc, spec: { ...ndc.spec, ...planeSteps(7, 1) }, throughPlanes: true } as const;

/** Cameras outside of the cube, in it and on its faces; the photometric gradient's terms and the distortion, whose s is another. */
export const contracted = {
  spec: {
    space: { kind: 'unbounded', centre: [0, 0, 0], radius: 3 },
    grid: { size: [9, 8, 7], min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] },
    stepLength: 0.11,
  },
  loss: { ...NO_LOSS_TERMS, entropy: 0.02, distortion: 0.5 },
} as const;
