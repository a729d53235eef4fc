/** The same arithmetic with its memory traffic, see horowitz-memory.ts. */
import { horowitz45nmFp16 } from './horowitz-45nm-fp16.ts';
import { withMemory } from './horowitz-memory.ts';

export const horowitz45nmFp16Memory = withMemory(horowitz45nmFp16, 2);
