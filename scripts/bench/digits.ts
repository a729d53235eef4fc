/**
 * First-spike classifiers on the 8x8 digits of test/golden/digits.json, beside a linear classifier on the same pixels. A seed draws which three
 * quarters are trained on, and whatever a classifier draws.
 *
 * Settings of NCG and of S2-STDP were chosen on seed 11 (docs/stdp.md), which is not among those reported.
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/math/random.ts';
import { accuracyOf, type ClassifierSettings, type LabelledSpikes, trainClassifier } from '../../src/stdp/first-spike-classifier.ts';
import { spikesAt } from '../../src/stdp/first-spike-layer.ts';

const CLASSES = 10;

export interface Digits {
  /** [n] of 64 numbers in [0, 1] */
  readonly images: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

export interface SplitDigits {
  readonly train: Digits;
  readonly test: Digits;
}

export function splitDigits(file: string | URL, seed: number): SplitDigits {
  const { images, labels } = JSON.parse(readFileSync(file, 'utf8')) as { images: readonly string[]; labels: string };
  const random = new Random(seed);
  const drawn = images
    .map((image, i) => ({ image: [...image].map((digit) => parseInt(digit, 17) / 16), label: Number(labels[i]), at: random.float() }))
    .sort((a, b) => a.at - b.at);
  const part = (rows: typeof drawn): Digits => ({ images: rows.map(({ image }) => image), labels: rows.map(({ label }) => label) });
  const trained = Math.floor(0.75 * drawn.length);
  return { train: part(drawn.slice(0, trained)), test: part(drawn.slice(trained)) };
}

const COMMON = { inputs: 64, classes: CLASSES, anneal: 0.98, initialWeight: 0.3, normalise: true, epochs: 10 };

/** Five neurons a class, one of them without a target, regulated competition. */
export const NCG: Omit<ClassifierSettings, 'seed'> = {
  ...COMMON,
  neuronsPerClass: 5,
  nonTarget: 1,
  threshold: 7.5,
  gap: 0.2,
  potentiation: 0.1,
  depression: -0.02,
  regulation: 0.375,
  regulationAnneal: 0.5,
};

/** One neuron a class. */
export const S2_STDP: Omit<ClassifierSettings, 'seed'> = { ...NCG, threshold: 9, neuronsPerClass: 1, nonTarget: 0, regulation: 0 };

/** Accuracy on the part that was not trained on. */
export function firstSpikeAccuracy(settings: Omit<ClassifierSettings, 'seed'>, { train, test }: SplitDigits, seed: number): number {
  return accuracyOf(trainClassifier({ ...settings, seed }, latencies(train)), latencies(test));
}

/** A bright pixel spikes early: t = 1 - intensity. */
function latencies({ images, labels }: Digits): LabelledSpikes {
  return { spikes: images.map((image) => spikesAt(image.map((intensity) => 1 - intensity))), labels };
}

/** Softmax regression on the pixels: `epochs` passes of plain gradient descent, sample by sample. */
export function linearAccuracy({ train, test }: SplitDigits, epochs = 30, rate = 0.05): number {
  const weights = Array.from({ length: CLASSES }, () => new Float64Array(65));
  const logits = (image: readonly number[]): number[] =>
    weights.map((row) => image.reduce((sum, pixel, i) => sum + pixel * row[i], row[64]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [n, image] of train.images.entries()) {
      const scores = logits(image);
      const most = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - most));
      const sum = shares.reduce((a, b) => a + b, 0);
      for (const [label, row] of weights.entries()) {
        const step = rate * ((label === train.labels[n] ? 1 : 0) - shares[label] / sum);
        for (const [i, pixel] of image.entries()) row[i] += step * pixel;
        row[64] += step;
      }
    }
  }
  const right = test.images.filter((image, n) => {
    const scores = logits(image);
    return scores.indexOf(Math.max(...scores)) === test.labels[n];
  });
  return right.length / test.images.length;
}
