/** Numbers in files that kernels and pages compute with: finite as 32-bit numbers too. */
import { z } from 'zod';

export const float32 = z.number().refine((value) => Number.isFinite(Math.fround(value)), 'beyond 32-bit numbers');

export const positiveFloat32 = float32.refine((value) => Math.fround(value) > 0, 'not above 0');

export const float32Vector = z.tuple([float32, float32, float32]);
