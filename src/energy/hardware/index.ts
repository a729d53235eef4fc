/** The built-in hardware models. A new one is one file here and one line in the list. */
import type { HardwareModel } from './hardware-model.ts';
import { horowitz45nmFp16 } from './horowitz-45nm-fp16.ts';
import { horowitz45nmFp16Memory } from './horowitz-45nm-fp16-memory.ts';
import { horowitz45nmFp32 } from './horowitz-45nm-fp32.ts';
import { horowitz45nmFp32Memory } from './horowitz-45nm-fp32-memory.ts';
import { horowitz45nmInt8 } from './horowitz-45nm-int8.ts';
import { horowitz45nmInt8Memory } from './horowitz-45nm-int8-memory.ts';
import { loihi2018 } from './loihi-2018.ts';
import { odin } from './odin.ts';
import { seneca } from './seneca.ts';
import { spikesimRram } from './spikesim-rram.ts';

/** The first is the one that SpikingNeRF and most papers on spiking networks use. */
export const HARDWARE_MODELS: readonly HardwareModel[] = [
  horowitz45nmFp32,
  horowitz45nmFp32Memory,
  horowitz45nmFp16,
  horowitz45nmFp16Memory,
  horowitz45nmInt8,
  horowitz45nmInt8Memory,
  spikesimRram,
  loihi2018,
  odin,
  seneca,
];
