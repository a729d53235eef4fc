/** Ranges that many settings share. */
import { z } from 'zod';

export const positive = z.number().positive();
export const fraction = z.number().min(0).max(1);
export const count = z.number().int().nonnegative();
