/** The same arithmetic with its memory traffic, see horowitz-memory.ts. */
import { horowitz45nmFp32 } from './horowitz-45nm-fp32.ts';
import { withMemory } from './horowitz-memory.ts';

export const horowitz45nmFp32Memory = withMemory(horowitz45nmFp32, 4);
