/**
 * A classifier of one layer: the class of the neuron that fires first, trained by S2-STDP with or without competition groups. Plain S2-STDP is one
 * neuron a class, none of them without a target, no regulation.
 *
 * Samples come in an order drawn anew each epoch. Rates are annealed each epoch; training thresholds begin each epoch as those in use.
 * (The released code also stops early on a validation split; here the number of epochs is fixed.)
 */
import { Random } from '../math/random.ts';
import { type CompetitionGroups, regulate, targetsOf, winnersOf } from './competition-groups.ts';
import { fire, type Firing, type FirstSpikeLayer, isEarlier, type SpikeTimes } from './first-spike-layer.ts';
import { learn, type Plasticity, timeErrors } from './s2-stdp.ts';

export interface ClassifierSettings extends CompetitionGroups, Plasticity {
  readonly inputs: number;
  /** That of every neuron in use. */
  readonly threshold: number;
  /** What competition adds to training thresholds; 0: they are those in use. */
  readonly regulation: number;
  /** Factors of the plasticity and of `regulation` from epoch to epoch. */
  readonly anneal: number;
  readonly regulationAnneal: number;
  /** Weights begin as N(initialWeight, 0.01^2) in [0, 1]. */
  readonly initialWeight: number;
  /** Whether the weights of a neuron keep their sum. */
  readonly normalise: boolean;
  readonly epochs: number;
  readonly seed: number;
}

export interface FirstSpikeClassifier extends CompetitionGroups {
  readonly layer: FirstSpikeLayer;
  readonly threshold: number;
}

export interface LabelledSpikes {
  readonly spikes: readonly SpikeTimes[];
  readonly labels: ArrayLike<number>;
}

export interface Classification extends Pick<Firing, 'additions' | 'comparisons'> {
  readonly label: number;
}

/** Weights before training; the same for the same seed. */
export function newClassifier(settings: ClassifierSettings, random = new Random(settings.seed)): FirstSpikeClassifier {
  const { classes, neuronsPerClass, nonTarget, inputs, threshold, initialWeight } = settings;
  const neurons = classes * neuronsPerClass;
  const weights = Float64Array.from({ length: neurons * inputs }, () => Math.min(1, Math.max(0, initialWeight + 0.01 * random.normal())));
  return { classes, neuronsPerClass, nonTarget, threshold, layer: { inputs, neurons, weights } };
}

export function trainClassifier(settings: ClassifierSettings, samples: LabelledSpikes): FirstSpikeClassifier {
  const random = new Random(settings.seed);
  const classifier = newClassifier(settings, random);
  const { layer, threshold } = classifier;
  const sums = settings.normalise ? rowSums(layer) : null;
  const order = Uint32Array.from(samples.spikes.keys());
  let [rate, regulation] = [1, settings.regulation];
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    random.shuffle(order);
    const plasticity = { ...settings, potentiation: settings.potentiation * rate, depression: settings.depression * rate };
    const trained = new Float64Array(layer.neurons).fill(threshold);
    for (const sample of order)
      trainSample(classifier, samples.spikes[sample], samples.labels[sample], { trained, regulation, plasticity, sums });
    rate *= settings.anneal;
    regulation *= settings.regulationAnneal;
  }
  return classifier;
}

export interface SampleTraining {
  /** [J] training thresholds, changed in place. */
  readonly trained: Float64Array;
  readonly regulation: number;
  readonly plasticity: Plasticity;
  /** [J] sums that the weights keep; null: they keep none. */
  readonly sums: Float64Array | null;
}

/** One sample: training thresholds for the target neurons of its class, firing, regulation, S2-STDP. Returns the firing. */
export function trainSample(classifier: FirstSpikeClassifier, spikes: SpikeTimes, label: number, training: SampleTraining): Firing {
  const { layer, threshold } = classifier;
  const { trained, regulation, plasticity, sums } = training;
  const targets = targetsOf(classifier, label);
  const thresholds = new Float64Array(layer.neurons).fill(threshold);
  for (const j of targets) thresholds[j] = trained[j];
  const firing = fire(layer, spikes, thresholds);
  regulate(classifier, label, firing, trained, threshold, regulation);
  const learning = winnersOf(classifier, firing);
  const target = targets.includes(learning[label]) ? learning[label] : null;
  const errors = timeErrors(learning, target, firing, plasticity.gap);
  for (const [n, j] of learning.entries()) learn(layer, j, spikes, firing.times[j], errors[n], plasticity, sums && sums[j]);
  return firing;
}

/** Stops at the first spike: what it counts is what event-driven hardware would do. */
export function classify(classifier: FirstSpikeClassifier, spikes: SpikeTimes): Classification {
  const { layer, threshold, neuronsPerClass } = classifier;
  const firing = fire(layer, spikes, new Float64Array(layer.neurons).fill(threshold), true);
  let first = 0;
  for (let j = 1; j < layer.neurons; j++) if (isEarlier(firing, j, first)) first = j;
  const { additions, comparisons } = firing;
  return { label: Math.floor(first / neuronsPerClass), additions, comparisons };
}

/** Share of the samples whose class it finds. */
export function accuracyOf(classifier: FirstSpikeClassifier, { spikes, labels }: LabelledSpikes): number {
  return spikes.filter((sample, i) => classify(classifier, sample).label === labels[i]).length / spikes.length;
}

function rowSums({ neurons, inputs, weights }: FirstSpikeLayer): Float64Array {
  return Float64Array.from({ length: neurons }, (_, j) =>
    weights.subarray(j * inputs, (j + 1) * inputs).reduce((sum, weight) => sum + weight, 0),
  );
}
