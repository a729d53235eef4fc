/**
 * Memory at 45 nm from the same figure: a 64-bit word costs 20 pJ from a 32 KiB SRAM (10 pJ from 8 KiB, 100 pJ from 1 MiB) and 1300 to 2600 pJ
 * from DRAM.
 *
 * Weights (87 kB at full width), inputs, partial sums and membrane potentials are taken to lie in 32 KiB banks, a write costing what a read
 * does; the grids in DRAM at the lower price. Every access is paid: no register or cache between the memory and the arithmetic, for the
 * spiking network and its twin alike.
 */
import type { OperationsModel } from './hardware-model.ts';

const WORD_BYTES = 8;
const SRAM_WORD = 20;
const DRAM_WORD = 1300;

export function withMemory(arithmetic: OperationsModel, bytesPerValue: number): OperationsModel {
  return {
    ...arithmetic,
    name: `${arithmetic.name}-memory`,
    title: arithmetic.title.replace('arithmetic alone', 'with memory traffic'),
    source: `${arithmetic.source}; memory: the same figure, 32 KiB SRAM 20 pJ and DRAM 1.3 nJ a 64-bit word (the lower of 1.3 to 2.6 nJ)`,
    leavesOut: [
      'reuse: every operand is fetched for every operation, so this is an upper bound of the traffic',
      'look-ups in the occupancy map',
      ...arithmetic.leavesOut.filter((item) => item !== 'memory traffic'),
    ],
    memory: {
      bytesPerValue,
      sramRead: SRAM_WORD / WORD_BYTES,
      sramWrite: SRAM_WORD / WORD_BYTES,
      dramRead: DRAM_WORD / WORD_BYTES,
    },
  };
}
