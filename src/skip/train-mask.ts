/**
 * A skip mask from a trained field alone, without a picture: a place is surface where alpha exceeds a threshold, else empty, and a first-spike
 * classifier learns to tell them by their features (S2-STDP with competition groups, src/stdp), or a linear one on the same places.
 *
 * As many places of each class are trained on; the places of the test are others, drawn as they come. Constants of the classifier are our choice:
 * of eight settings on a real field none did clearly better, and none did well (docs/stdp.md).
 */
import { SpikeRayError } from '../base/errors.ts';
import type { StoredField } from '../eval/open-field.ts';
import { alphaOf } from '../lattice/density.ts';
import { Random } from '../math/random.ts';
import { readValues } from '../model/field-values.ts';
import { representationOf } from '../model/representations/index.ts';
import { type ClassifierSettings, trainClassifier } from '../stdp/first-spike-classifier.ts';
import { askPlace, type ClassifierName, EMPTY, SURFACE, trainLinear } from './place-classifier.ts';
import { type FeatureRange, placeSpikes, rangeOf, scaledFeatures } from './place-code.ts';
import { occupiedPoints, type SkipMask } from './skip-mask.ts';

export interface MaskSettings {
  /** Alpha of one step above which a place is surface. */
  readonly alpha: number;
  /** Places trained on, and tested on, at most. */
  readonly places: number;
  readonly seed: number;
  /** Default: first-spike. */
  readonly classifier?: ClassifierName;
}

/** Shares of the test places that are told right, and how many there are. */
export interface MaskTest {
  readonly trained: number;
  readonly tested: number;
  /** Share that is surface. */
  readonly surface: number;
  readonly accuracy: number;
  readonly surfaceFound: number;
  readonly emptyFound: number;
}

export const CLASSIFIER: Omit<ClassifierSettings, 'seed' | 'inputs'> = {
  classes: 2,
  neuronsPerClass: 5,
  nonTarget: 1,
  threshold: 3,
  gap: 0.1,
  potentiation: 0.1,
  depression: -0.05,
  regulation: 0.1,
  regulationAnneal: 0.5,
  anneal: 0.98,
  initialWeight: 0.3,
  normalise: true,
  epochs: 5,
};

/** Throws SpikeRayError if all places are of one class. */
export async function trainMask(
  field: StoredField,
  { alpha, places, seed, classifier: kind = 'first-spike' }: MaskSettings,
  settings: typeof CLASSIFIER = CLASSIFIER,
): Promise<{ mask: SkipMask; test: MaskTest }> {
  const { spec } = field;
  const representation = representationOf(spec);
  const values = await readValues(field);
  const densities = representation.densities(spec, values);
  const isSurface = (point: number): boolean => alphaOf(densities[point], spec.densityShift, spec.interval) > alpha;
  const drawn = occupiedPoints(await field.readOccupancy());
  new Random(seed).shuffle(drawn);
  const pool = drawn.subarray(0, Math.ceil(drawn.length / 2));
  const [surface, empty] = [pool.filter(isSurface), pool.filter((point) => !isSurface(point))];
  const each = Math.min(surface.length, empty.length, Math.floor(places / 2));
  if (each === 0)
    throw new SpikeRayError(
      `Of ${drawn.length} occupied places ${surface.length === 0 ? 'none has' : 'all have'} an alpha above ${alpha}: there is nothing to tell apart.`,
      'Choose another --alpha.',
    );
  const chosen = new Uint32Array(2 * each);
  chosen.set(surface.subarray(0, each));
  chosen.set(empty.subarray(0, each), each);
  const channels = representation.features;
  const features = representation.featuresAt(spec, values, chosen);
  const range = rangeOf(features, channels);
  const labels = [...chosen.keys()].map((i) => (i < each ? SURFACE : EMPTY));
  const coded = <T>(code: (features: Float32Array, place: number, ranges: FeatureRange) => T): T[] =>
    labels.map((_, i) => code(features, i, range));
  const classifier =
    kind === 'linear'
      ? trainLinear(coded(scaledFeatures), labels, seed)
      : trainClassifier({ ...settings, inputs: 2 * channels, seed }, { spikes: coded(placeSpikes), labels });
  const mask = { range, classifier };

  const others = drawn.subarray(pool.length, pool.length + places);
  const unseen = representation.featuresAt(spec, values, others);
  const right = [0, 0];
  const all = [0, 0];
  for (const [i, point] of others.entries()) {
    const label = isSurface(point) ? SURFACE : EMPTY;
    all[label]++;
    if (askPlace(classifier, unseen, i, range).label === label) right[label]++;
  }
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  return {
    mask,
    test: {
      trained: chosen.length,
      tested: others.length,
      surface: share(all[SURFACE], others.length),
      accuracy: share(right[SURFACE] + right[EMPTY], others.length),
      surfaceFound: share(right[SURFACE], all[SURFACE]),
      emptyFound: share(right[EMPTY], all[EMPTY]),
    },
  };
}
