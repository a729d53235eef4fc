/** Arithmetic in 8-bit integers at 45 nm. A MAC is a multiplication and an addition; a comparison is priced as the subtraction it is. */
import type { OperationsModel } from './hardware-model.ts';

export const horowitz45nmInt8: OperationsModel = {
  kind: 'operations',
  name: '45nm-int8',
  title: 'Horowitz 45 nm, 8-bit integers, arithmetic alone',
  source: 'M. Horowitz, "Computing\'s energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9',
  year: 2014,
  node: '45 nm, 0.9 V',
  leavesOut: [
    'memory traffic',
    'special functions (exp, sine, ...): not in the figure',
    'control, clock and leakage',
    'the wider accumulator that sums of 8-bit products need',
  ],
  picojoules: { mac: 0.23, ac: 0.03, multiplication: 0.2, addition: 0.03, comparison: 0.03, specialFunction: null },
  memory: null,
};
