import type { Config } from './schema.ts';

/** Whether a teacher answers in every step, and is not only begun with. */
export function asksTeacher({ colour, potential, gram }: Pick<Config['distillation'], 'colour' | 'potential' | 'gram'>): boolean {
  return [colour, potential, gram].some((weight) => weight !== 0);
}
