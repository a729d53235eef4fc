/**
 * A probed ray as one picture, SVG text: time to the right; above, colour, alpha and weight of each sample; then the spikes of all hidden neurons; then
 * potentials of some neurons with their thresholds. Ink is `currentColor`, so that it suits the page that shows it.
 */
import { written } from './quantities.ts';
import type { RayProbe, RayStep } from './ray-probe.ts';

/** A hidden neuron: layer 0, 1, ... and its number in it. */
export interface ChosenNeuron {
  readonly layer: number;
  readonly neuron: number;
}

/** Neurons of each layer whose potentials are shown if nobody chose others. */
const CHOSEN_EACH = 2;

const LEFT = 92;
const RIGHT = 44;
const LEAST_WIDTH = 420;
const MOST_WIDTH = 520;
const WIDEST_STEP = 36;
const RASTER = 150;
const TRACE = 46;
const GAP = 12;
/** Pixels between two lines of text. */
const LINE = 11;
const COLOURS = { spike: '#1695a8', more: '#d9661f', weight: '#7a8794', alpha: '#c79a1b', threshold: '#d64550' };
const FONT = 'font-family="system-ui, DejaVu Sans, sans-serif" font-size="11"';

/** The neurons of each layer whose outputs change most along the ray; of equal ones those that give most. */
export function liveliestNeurons({ steps }: RayProbe, each = CHOSEN_EACH): ChosenNeuron[] {
  return (steps[0]?.layers ?? []).flatMap(({ potentials }, layer) => {
    const outputs = potentials.map(() => new Float32Array(steps.length));
    steps.forEach(({ layers }, i) => {
      layers[layer].neurons.forEach((neuron, k) => (outputs[neuron][i] = Math.abs(layers[layer].values[k])));
    });
    const mean = (of: Float32Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
    const spread = (of: Float32Array): number => mean(of.map((value) => (value - mean(of)) ** 2));
    const ranked = outputs.map((of, neuron) => ({ layer, neuron, spread: spread(of), mean: mean(of) }));
    ranked.sort((x, y) => y.spread - x.spread || y.mean - x.mean || x.neuron - y.neuron);
    return ranked.slice(0, each).map(({ neuron }) => ({ layer, neuron }));
  });
}

/** For people: what the ray is, and what it costs. */
export function describeRay({ pixel: [x, y], samples, steps, counts, energy, thresholds }: RayProbe): string[] {
  const spikes = counts.spikes.reduce((sum, of) => sum + of, 0);
  const what = [`Pixel ${x}, ${y}`, counted(samples.length, 'sample')];
  if (energy === null) return [what.join(' · ')];
  const analogue = thresholds.every((layer) => layer.length === 0);
  what.push(counted(steps.length, 'time step'), counted(spikes, analogue ? 'active ReLU' : 'spike'));
  const nano = (value: number): string => written(value * 1e-9, 'J');
  const twin = analogue ? `where zeros are skipped ${nano(energy.twinSkipping)}` : `an ANN as sparse ${nano(energy.twinSkipping)}`;
  return [what.join(' · '), `synapses ${nano(energy.synapses)}, ${twin} (estimate, ${energy.model})`];
}

/** @param chosen neurons whose potentials are shown; @param standalone with a ground and a colour of ink, for files */
export function rayFigure(probe: RayProbe, chosen: readonly ChosenNeuron[] = liveliestNeurons(probe), standalone = false): string {
  const { samples, steps } = probe;
  const columns: readonly Pick<RayStep, 'sample' | 'begins'>[] =
    steps.length > 0 ? steps : samples.map((_, sample) => ({ sample, begins: sample === 0 }));
  const step = Math.min(WIDEST_STEP, (MOST_WIDTH - LEFT - RIGHT) / Math.max(1, columns.length));
  const plot = step * columns.length;
  const width = Math.max(LEAST_WIDTH, Math.ceil(LEFT + plot + RIGHT));
  const parts: string[] = [];
  let top = 40;
  const row = (height: number, draw: (at: number) => string): void => {
    parts.push(draw(top));
    top += height + GAP;
  };
  const [what, cost = ''] = describeRay(probe);
  parts.push(swatch(probe), text(38, 13, what, 'font-weight="600"'), text(38, 27, cost, 'fill-opacity="0.8"'));
  if (samples.length === 0) parts.push(text(38, 44, 'The ray meets nothing that is shown to the network.'));
  else {
    const x = (i: number): number => LEFT + i * step;
    row(14, (at) => label(at + 11, 'colour') + colourCells(probe, columns, x, step, at));
    row(40, (at) => label(at + 14, 'alpha, line') + label(at + 28, 'weight, bar') + weightBars(probe, columns, x, step, at));
    (steps[0]?.layers ?? []).forEach((_, layer) => {
      row(RASTER, (at) => raster(probe, layer, x, step, at, chosen));
    });
    for (const one of chosen) row(TRACE, (at) => trace(probe, one, x, step, at));
    const end = top - GAP + 14;
    parts.push(text(LEFT, end, `time →  (${order(probe)})`, 'fill-opacity="0.7"'), key(probe, end + 16));
    top = end + 16;
    top += 6;
  }
  const height = Math.max(60, top);
  const ground = standalone ? `<rect width="${width}" height="${height}" fill="#ffffff"/>` : '';
  const ink = standalone ? ' color="#16202a"' : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"${ink} fill="currentColor" ${FONT} role="img" aria-label="${what}">${ground}${parts.join('')}</svg>`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function order({ steps, samples }: RayProbe): string {
  const shown = steps.map(({ sample }) => sample).filter((sample) => sample >= 0);
  const ends = `${written(samples[0].distance, '')} to ${written(samples[samples.length - 1].distance, '')} m`;
  return shown.length > 0 && shown[0] > shown[shown.length - 1] ? `far to near, ${ends}` : `near to far, ${ends}`;
}

/** What the colours of the rasters mean. */
function key({ thresholds, steps }: RayProbe, y: number): string {
  if (steps.length === 0) return '';
  const square = (x: number, colour: string): string => rect(x, y - 9, 10, 10, `fill="${colour}"`);
  if (thresholds.every((layer) => layer.length === 0))
    return square(LEFT, COLOURS.spike) + text(LEFT + 15, y, 'active; the darker, the larger its output');
  const fires = square(LEFT, COLOURS.spike) + text(LEFT + 15, y, 'a spike');
  const both = thresholds.some((layer) => layer.length > 1);
  return both ? fires + square(LEFT + 70, COLOURS.more) + text(LEFT + 85, y, 'one of two or more, or negative') : fires;
}

function swatch({ colour }: RayProbe): string {
  return `<rect x="4" y="3" width="26" height="26" fill="${css(colour)}" stroke="currentColor" stroke-opacity="0.4"/>`;
}

function colourCells(probe: RayProbe, columns: readonly Pick<RayStep, 'sample'>[], x: X, step: number, at: number): string {
  return columns
    .map(({ sample }, i) => (sample < 0 ? '' : rect(x(i), at, step, 14, `fill="${css(probe.samples[sample].colour)}"`)))
    .join('');
}

function weightBars({ samples }: RayProbe, columns: readonly Pick<RayStep, 'sample'>[], x: X, step: number, at: number): string {
  const height = 40;
  const up = (value: number): number => at + height * (1 - value);
  const bars = columns.map(({ sample }, i) =>
    sample < 0
      ? ''
      : rect(x(i) + step * 0.15, up(samples[sample].weight), step * 0.7, height * samples[sample].weight, `fill="${COLOURS.weight}"`),
  );
  const alphas = columns.map(({ sample }, i) => (sample < 0 ? '' : `M${n(x(i))} ${n(up(samples[sample].alpha))}h${n(step)}`));
  const end = x(columns.length);
  return `${bars.join('')}<path d="${alphas.join('')}" stroke="${COLOURS.alpha}" stroke-width="1.5" fill="none"/><path d="M${LEFT} ${at}H${n(end)}M${LEFT} ${at + height}H${n(end)}" stroke="currentColor" stroke-opacity="0.25"/>${text(end + 4, at + 9, '1')}${text(end + 4, at + height, '0')}`;
}

/** Neurons from top to bottom. Each is as dark as its output is large. */
function raster(probe: RayProbe, layer: number, x: X, step: number, at: number, chosen: readonly ChosenNeuron[]): string {
  const { steps } = probe;
  const neurons = steps[0].layers[layer].potentials.length;
  const tall = RASTER / neurons;
  const spiking = probe.thresholds[layer].length > 0;
  const greatest = Math.max(1e-12, ...steps.flatMap(({ layers }) => layers[layer].values.map(Math.abs)));
  const unit = probe.spikeUnits[layer];
  // One path for all of one look: pages with thousands of rectangles are slow.
  const paths = new Map<string, string>();
  steps.forEach(({ layers }, i) => {
    const { neurons: fired, values } = layers[layer];
    fired.forEach((neuron, k) => {
      const look = spiking
        ? lookOfSpike(values[k], unit)
        : `fill="${COLOURS.spike}" fill-opacity="${(Math.ceil((4 * values[k]) / greatest) / 4).toFixed(2)}"`;
      paths.set(
        look,
        `${paths.get(look) ?? ''}M${n(x(i) + step * 0.06)} ${n(at + neuron * tall)}h${n(step * 0.88)}v${n(tall * 0.9)}h${n(-step * 0.88)}z`,
      );
    });
  });
  const marks = chosen
    .filter((one) => one.layer === layer)
    .map(({ neuron }) => {
      const y = n(at + (neuron + 0.5) * tall);
      return `<path d="M${LEFT - 7} ${n(Number(y) - 3)}l6 3l-6 3z"/>`;
    });
  const frame = `<rect x="${LEFT}" y="${at}" width="${n(x(steps.length) - LEFT)}" height="${RASTER}" data-layer="${layer}" data-neurons="${neurons}" fill="currentColor" fill-opacity="0.05" stroke="currentColor" stroke-opacity="0.25"/>`;
  const drawn = [...paths].map(([look, d]) => `<path d="${d}" ${look} pointer-events="none"/>`);
  const share = steps.reduce((sum, { layers }) => sum + layers[layer].neurons.length, 0) / (neurons * steps.length);
  return [
    label(at + 11, `layer ${layer + 1}`),
    label(at + 25, `${neurons} neurons`),
    label(at + 39, `${(100 * share).toFixed(1)} % active`),
    frame,
    ...drawn,
    ...marks,
  ].join('');
}

/** Spikes of several units, and negative ones, have a colour of their own. */
function lookOfSpike(value: number, unit: number): string {
  return `fill="${value < 0 || value > 1.5 * unit ? COLOURS.more : COLOURS.spike}"`;
}

/** The potential before reset over time, from 0 wherever membranes begin; for a ReLU, which has no membrane, its input. */
function trace(probe: RayProbe, { layer, neuron }: ChosenNeuron, x: X, step: number, at: number): string {
  const { steps } = probe;
  const values = steps.map(({ layers }) => layers[layer].potentials[neuron]);
  const thresholds = probe.thresholds[layer].map((of) => of[neuron]);
  const reached = Math.max(...values.map(Math.abs));
  // Where there are many thresholds, those that the potential comes near to; the nearest to 0 always.
  const nearest = thresholds.reduce((least, value) => Math.min(least, Math.abs(value)), Infinity);
  const shown = thresholds.filter((value) => Math.abs(value) <= Math.max(nearest, reached));
  const [low, high] = [Math.min(0, ...values, ...shown), Math.max(0, ...values, ...shown)];
  const y = (value: number): number => at + TRACE * (1 - (value - low) / Math.max(1e-9, high - low));
  const isAnalogue = thresholds.length === 0;
  const lines = steps.map(({ begins }, i) => {
    const to = `${n(x(i) + step / 2)} ${n(y(values[i]))}`;
    if (isAnalogue) return `${i === 0 ? 'M' : 'L'}${to}`;
    return begins ? `M${n(x(i))} ${n(y(0))}L${to}` : `L${to}`;
  });
  const unit = probe.spikeUnits[layer];
  const fired = steps.flatMap(({ layers }, i) => {
    const k = layers[layer].neurons.indexOf(neuron);
    if (k < 0) return [];
    const colour = lookOfSpike(isAnalogue ? 0 : layers[layer].values[k], unit);
    return [`<circle cx="${n(x(i) + step / 2)}" cy="${n(y(values[i]))}" r="2.6" ${colour}/>`];
  });
  const end = x(steps.length);
  let numbered = Infinity;
  const levels = shown.map((value) => {
    const height = y(value);
    const line = `<path d="M${LEFT} ${n(height)}H${n(end)}" stroke="${COLOURS.threshold}" stroke-dasharray="4 3"/>`;
    // Numbers that would lie over each other are left out.
    if (Math.abs(numbered - height) < LINE) return line;
    numbered = height;
    return line + text(end + 4, height + 4, written(value, ''), `fill="${COLOURS.threshold}"`);
  });
  return [
    label(at + 11, `layer ${layer + 1}`),
    label(at + 25, `neuron ${neuron}`),
    label(at + 39, isAnalogue ? 'input' : 'potential', 'fill-opacity="0.7"'),
    `<path d="M${LEFT} ${n(y(0))}H${n(end)}" stroke="currentColor" stroke-opacity="0.3"/>`,
    ...levels,
    `<path d="${lines.join('')}" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round"/>`,
    ...fired,
  ].join('');
}

type X = (step: number) => number;

const n = (value: number): string => String(Number(value.toFixed(2)));

function rect(x: number, y: number, width: number, height: number, look: string): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" ${look}/>`;
}

function text(x: number, y: number, words: string, look = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" ${look}>${words}</text>`;
}

function label(y: number, words: string, look = ''): string {
  return text(LEFT - 10, y, words, `text-anchor="end" ${look}`);
}

function css(colour: readonly number[]): string {
  return `rgb(${colour.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255)).join(', ')})`;
}
