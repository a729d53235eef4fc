/**
 * A skip mask: occupied points of the lattice that a classifier (place-classifier.ts) takes for empty are no longer marched through, and so cost neither an
 * interpolation nor the network. A point stays if any of the 3x3x3 around it is taken for surface, since a step interpolates between points of
 * its nearest one's neighbourhood (lattice/occupancy.ts).
 *
 * The classifier is asked once for every occupied point when the field is opened, not once a sample: features belong to points. What that costs is
 * counted as event-driven hardware would do it, which stops at the first spike. Not counted: sorting the events, which there arrive in order.
 */
import { InputError } from '../base/errors.ts';
import type { LedgerRow } from '../energy/work/ledger.ts';
import { work } from '../energy/work/work.ts';
import type { StoredField } from '../eval/open-field.ts';
import { neighbourhoodExceeds } from '../lattice/occupancy.ts';
import { readValues } from '../model/field-values.ts';
import { representationOf } from '../model/representations/index.ts';
import { askPlace, isLinear, type PlaceClassifier, SURFACE } from './place-classifier.ts';
import type { FeatureRange } from './place-code.ts';

const FLOAT = 4;

export interface SkipMask {
  readonly range: FeatureRange;
  readonly classifier: PlaceClassifier;
}

/** What asking the classifier about a field came to. */
export interface SkipWork {
  /** Points asked about, those taken for surface, and those that stay: with their neighbours. */
  readonly places: number;
  readonly surface: number;
  readonly kept: number;
  readonly channels: number;
  /** Whether the classifier is the linear one; weights added, or multiplied with a feature and added; potentials compared. */
  readonly linear: boolean;
  readonly additions: number;
  readonly macs: number;
  readonly comparisons: number;
}

/** The occupancy [V] that is left of the field's. Throws InputError if the field has other features than the mask. */
export async function skipPlaces(field: StoredField, { range, classifier }: SkipMask): Promise<{ occupancy: Uint8Array; work: SkipWork }> {
  const { spec } = field;
  const representation = representationOf(spec);
  const channels = range.low.length;
  if (representation.features !== channels)
    throw new InputError(
      `The skip mask is of ${channels} features, the field has ${representation.features}.`,
      'Give the mask of this run, or make one: spikeray skip RUN.',
    );
  const occupancy = await field.readOccupancy();
  const points = occupiedPoints(occupancy);
  const features = representation.featuresAt(spec, await readValues(field), points);
  const surface = new Float32Array(occupancy.length);
  let [found, additions, macs, comparisons] = [0, 0, 0, 0];
  for (const [i, point] of points.entries()) {
    const place = askPlace(classifier, features, i, range);
    additions += place.additions;
    macs += place.macs;
    comparisons += place.comparisons;
    if (place.label !== SURFACE) continue;
    surface[point] = 1;
    found++;
  }
  const near = neighbourhoodExceeds(surface, spec.grid.size, 0.5);
  let kept = 0;
  for (let i = 0; i < near.length; i++) {
    near[i] &= occupancy[i];
    kept += near[i];
  }
  return {
    occupancy: near,
    work: { places: points.length, surface: found, kept, channels, linear: isLinear(classifier), additions, macs, comparisons },
  };
}

export function occupiedPoints(occupancy: Uint8Array): Uint32Array {
  const points = new Uint32Array(occupancy.reduce((sum, point) => sum + point, 0));
  let found = 0;
  for (let i = 0; i < occupancy.length; i++) if (occupancy[i] === 1) points[found++] = i;
  return points;
}

/**
 * The row of the energy report: the whole pass over the field, charged to the images that were measured. Each channel is scaled (a subtraction, a
 * multiplication), for first spikes complemented (a subtraction); weights are accumulated, potentials compared. Features are read once; an
 * accumulation reads a weight and a potential and writes it back.
 */
export function skipRow({ places, channels, linear, additions, macs, comparisons }: SkipWork): LedgerRow {
  const scaled = places * channels;
  const accumulated = additions + macs;
  return {
    stage: 'skip mask',
    part: `${linear ? 'linear' : 'first-spike'} classifier, once a field`,
    work: work({
      multiplications: scaled,
      additions: (linear ? 1 : 2) * scaled,
      acs: additions,
      macs,
      effectiveMacs: macs,
      comparisons,
      gridBytes: scaled * FLOAT,
      weightBytes: accumulated * FLOAT,
      stateReadBytes: accumulated * FLOAT,
      stateWriteBytes: accumulated * FLOAT,
    }),
  };
}
