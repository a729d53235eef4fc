/**
 * The papers' ways to lay the samples of rays along the time axis of the network, as the padded tensors [T,R,C] of the papers (SpikingNeRF,
 * spiking_dvgo.py; docs/model.md, section 3). R is the rays that have samples; an empty place is a zero input.
 *
 *     pad (TP)                   sample (r,i) in row i - (smallest step index), so masked steps stay zero inputs
 *     condense (TCP)             the samples of a ray in rows 0 .. n_r - 1, then zeros
 *     far-to-near (flip)         the tensor reversed in time before the network and its output reversed back; for condense the samples
 *                                are aligned at the end first, so that the farthest one is step 0
 *     repeat                     every sample is a sequence of its own; the row is repeated
 */
import type { PackedSamples } from '../../../renderer/march.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import type { PaddedLayout } from './padded-layout.ts';

export interface TimeLayout extends PaddedLayout {
  /** Whether the padded tensor is reversed in time before the network, and its output after. */
  readonly reversed: boolean;
  /** [R] first row of each sequence in the order of time, i.e. after the reversal, and the row behind its last */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  /** [R] ray of each sequence */
  readonly rayOfColumn: Int32Array;
  /** Rows that count, of all sequences: those of samples, and for `pad` the gaps between the first and the last sample of a ray. */
  readonly timeSteps: number;
}

/** The layout of M > 0 network samples; the rows are time, the columns sequences. */
export function layoutInTime(temporal: NetworkSpec['temporal'], order: NetworkSpec['order'], samples: PackedSamples): TimeLayout {
  if (temporal === 'repeat') return layoutAlone(samples);
  const { rayOffsets, networkRows, stepIndex } = samples;
  const reversed = order === 'far-to-near';
  const active: number[] = [];
  for (let ray = 0; ray < samples.rays; ray++) if (rayOffsets[ray + 1] > rayOffsets[ray]) active.push(ray);
  const columns = active.length;
  const steps = networkRows.map((row) => stepIndex[row]);
  const firstStep = steps.reduce((a, b) => Math.min(a, b));
  const lastStep = steps.reduce((a, b) => Math.max(a, b));
  const longest = active.reduce((n, ray) => Math.max(n, rayOffsets[ray + 1] - rayOffsets[ray]), 0);
  const rows = temporal === 'pad' ? lastStep - firstStep + 1 : longest;

  const placeOf = new Int32Array(networkRows.length);
  const begins = new Int32Array(columns);
  const ends = new Int32Array(columns);
  let timeSteps = 0;
  active.forEach((ray, column) => {
    const [begin, end] = [rayOffsets[ray], rayOffsets[ray + 1]];
    const shift = reversed ? rows - (end - begin) : 0;
    for (let i = begin; i < end; i++) {
      const row = temporal === 'pad' ? steps[i] - firstStep : i - begin + shift;
      placeOf[i] = row * columns + column;
    }
    const [first, last] = [begin, end - 1].map((i) => Math.floor(placeOf[i] / columns));
    begins[column] = reversed ? rows - 1 - last : first;
    ends[column] = reversed ? rows - first : last + 1;
    timeSteps += temporal === 'pad' ? steps[end - 1] - steps[begin] + 1 : end - begin;
  });
  return { rows, columns, placeOf, reversed, begins, ends, rayOfColumn: Int32Array.from(active), timeSteps };
}

/** One row: every sample a sequence of its own. */
export function layoutAlone(samples: PackedSamples): TimeLayout {
  const columns = samples.networkRows.length;
  const placeOf = Int32Array.from({ length: columns }, (_, i) => i);
  const [begins, ends] = [new Int32Array(columns), new Int32Array(columns).fill(1)];
  return { rows: 1, columns, placeOf, reversed: false, begins, ends, rayOfColumn: raysOfSamples(samples), timeSteps: columns };
}

/** [M] ray of each network sample */
export function raysOfSamples({ rays, rayOffsets, networkRows }: PackedSamples): Int32Array {
  const rayOf = new Int32Array(networkRows.length);
  for (let ray = 0; ray < rays; ray++) rayOf.fill(ray, rayOffsets[ray], rayOffsets[ray + 1]);
  return rayOf;
}
