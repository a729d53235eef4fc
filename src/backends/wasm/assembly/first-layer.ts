/**
 * Layer 1 of the rows of a chunk: the view part once a ray, the feature part once a sample or row; with Poisson encoding, and where synapses have
 * currents of their own, all of it, every time step.
 */
import { decays1, featureInputs, featureRows, inputRows, poisson, repeats, synapses1, viewRows, w1, width } from './state';
import { fillInputs, rayTotal, rowTotal, sampleTotal } from './chunk';
import { multiply } from './matrix';
import { hidden1, inputsAt, rowInit, sampleFeatures, viewCurrents, views } from './scratch';
import { filterRows } from './synapses';

/** Turns a row a sample into `repeats` rows a sample, in place: from the last sample to the first, no row is written before it is read. */
function repeatRows(rows: usize, rowBytes: usize): void {
  for (let row = rowTotal - 1; row > 0; row--) memory.copy(rows + <usize>row * rowBytes, rows + <usize>(row / repeats) * rowBytes, rowBytes);
}

/** Currents of all rows into hidden1, their inputs into inputsAt. @param step of the Poisson encoding, for all rows; -1: that of each row */
export function firstCurrents(block: usize, step: i32): void {
  const rowBytes = <usize>width << 2;
  fillInputs(block, step);
  if (synapses1) filterRows(hidden1, inputsAt, w1, decays1, inputRows, width);
  else if (poisson) multiply(hidden1, inputsAt, w1, rowTotal, inputRows, width, 0);
  else {
    multiply(viewCurrents, views, w1 + <usize>featureInputs * rowBytes, rayTotal, viewRows, width, 0);
    if (repeats) {
      multiply(hidden1, sampleFeatures, w1, sampleTotal, featureRows, width, rowInit);
      repeatRows(hidden1, rowBytes);
    } else multiply(hidden1, inputsAt, w1, rowTotal, featureRows, width, rowInit);
  }
}
