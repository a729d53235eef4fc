/**
 * Layer 1 of the rows of a chunk: the view part once a ray, the feature part once a sample or row; with Poisson encoding, and where synapses have
 * currents of their own, all of it, every time step.
 */
import { columns1, decays1, featureInputs, featureRows, inputRows, parts1, poisson, repeats, synapses1, viewRows, w1, width } from './state';
import { fillInputs, rayTotal, rowTotal, sampleTotal } from './chunk';
import { addDecayingSums } from './decaying-sums';
import { multiply } from './matrix';
import { hidden1, inputsAt, products1, rowInit, sampleFeatures, viewCurrents, views } from './scratch';
import { filterRows } from './synapses';

/** Turns a row a sample into `repeats` rows a sample, in place: from the last sample to the first, no row is written before it is read. */
function repeatRows(rows: usize, rowBytes: usize): void {
  for (let row = rowTotal - 1; row > 0; row--) memory.copy(rows + <usize>row * rowBytes, rows + <usize>(row / repeats) * rowBytes, rowBytes);
}

/** Currents of all rows into hidden1, their inputs into inputsAt. @param step of the Poisson encoding, for all rows; -1: that of each row */
export function firstCurrents(block: usize, step: i32): void {
  const columns = columns1, rowBytes = <usize>columns << 2;
  const products = parts1 ? products1 : hidden1;
  fillInputs(block, step);
  if (synapses1) filterRows(hidden1, inputsAt, w1, decays1, inputRows, width);
  else if (poisson) multiply(products, inputsAt, w1, rowTotal, inputRows, columns, 0);
  else {
    multiply(viewCurrents, views, w1 + <usize>featureInputs * rowBytes, rayTotal, viewRows, columns, 0);
    if (repeats) {
      multiply(products, sampleFeatures, w1, sampleTotal, featureRows, columns, rowInit);
      repeatRows(products, rowBytes);
    } else multiply(products, inputsAt, w1, rowTotal, featureRows, columns, rowInit);
  }
  if (parts1) addDecayingSums(hidden1, products, decays1, parts1);
}
