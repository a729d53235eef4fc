/** The same arithmetic with its memory traffic, see horowitz-memory.ts. */
import { horowitz45nmInt8 } from './horowitz-45nm-int8.ts';
import { withMemory } from './horowitz-memory.ts';

export const horowitz45nmInt8Memory = withMemory(horowitz45nmInt8, 1);
