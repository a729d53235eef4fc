/** Arithmetic in 32-bit floating point at 45 nm. A MAC is a multiplication and an addition; a comparison is priced as the subtraction it is. */
import type { OperationsModel } from './hardware-model.ts';

export const horowitz45nmFp32: OperationsModel = {
  kind: 'operations',
  name: '45nm-fp32',
  title: 'Horowitz 45 nm, 32-bit floating point, arithmetic alone',
  source: 'M. Horowitz, "Computing\'s energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9',
  year: 2014,
  node: '45 nm, 0.9 V',
  leavesOut: ['memory traffic', 'special functions (exp, sine, ...): not in the figure', 'control, clock and leakage'],
  picojoules: { mac: 4.6, ac: 0.9, multiplication: 3.7, addition: 0.9, comparison: 0.9, specialFunction: null },
  memory: null,
};
