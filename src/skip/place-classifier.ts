/**
 * What tells empty places from surface by their features x, scaled to [0, 1] (place-code.ts): a first-spike classifier, or for comparison a linear one,
 *
 *     surface if  w . x + b > 0          by gradient descent on  log(1 + exp(-y (w . x + b))),  y = 1 surface, -1 empty
 */
import { Random } from '../math/random.ts';
import { classify, type FirstSpikeClassifier } from '../stdp/first-spike-classifier.ts';
import { type FeatureRange, placeSpikes, scaledFeatures } from './place-code.ts';

/** Classes of places. */
export const [EMPTY, SURFACE] = [0, 1];

export const CLASSIFIERS = ['first-spike', 'linear'] as const;
export type ClassifierName = (typeof CLASSIFIERS)[number];

export interface LinearClassifier {
  readonly kind: 'linear';
  /** [C] */
  readonly weights: Float64Array;
  readonly bias: number;
}

/** Of the first-spike one: two classes, EMPTY and SURFACE, on 2C inputs. */
export type PlaceClassifier = FirstSpikeClassifier | LinearClassifier;

export function isLinear(classifier: PlaceClassifier): classifier is LinearClassifier {
  return 'kind' in classifier;
}

/** What a place is taken for, and what asking took. */
export interface PlaceAnswer {
  readonly label: number;
  readonly additions: number;
  readonly macs: number;
  readonly comparisons: number;
}

/** @param features [n,C], of which row `place` is asked about */
export function askPlace(classifier: PlaceClassifier, features: Float32Array, place: number, range: FeatureRange): PlaceAnswer {
  if (!isLinear(classifier)) return { ...classify(classifier, placeSpikes(features, place, range)), macs: 0 };
  const label = score(classifier, scaledFeatures(features, place, range)) > 0 ? SURFACE : EMPTY;
  return { label, additions: 0, macs: range.low.length, comparisons: 1 };
}

function score({ weights, bias }: Pick<LinearClassifier, 'weights' | 'bias'>, x: Float64Array): number {
  return x.reduce((sum, value, c) => sum + weights[c] * value, bias);
}

/** Passes over the places, and the step of each; both our choice. */
const [EPOCHS, RATE] = [30, 0.05];

/**
 * @param places [n] of features scaled to [0, 1], [C] each
 * @param labels EMPTY or SURFACE, [n]
 */
export function trainLinear(places: readonly Float64Array[], labels: readonly number[], seed: number): LinearClassifier {
  const order = Uint32Array.from(places.keys());
  const random = new Random(seed);
  const weights = new Float64Array(places[0].length);
  let bias = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    random.shuffle(order);
    for (const i of order) {
      const step = RATE * (labels[i] - 1 / (1 + Math.exp(-score({ weights, bias }, places[i]))));
      places[i].forEach((value, c) => (weights[c] += step * value));
      bias += step;
    }
  }
  return { kind: 'linear', weights, bias };
}
