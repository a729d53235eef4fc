/** The comparison of networks as a table for pasting, as a chart, and as a page with both. */
import { TWIN } from '../config/compare-entries.ts';
import type { ComparedEntry, Comparison, Figure } from './comparison.ts';
import { ANN_SHARES, annShares, shareCells, SHARES_LEGEND, type ComparedEnergies } from '../energy/ann-shares.ts';
import { DEFAULT_COSTS } from '../energy/energy-report.ts';
import { LEAST_DECIBELS, scatterChart, type Point } from '../energy/report/charts.ts';
import { html, htmlTable, type Html } from '../energy/report/html.ts';
import { percent, signed } from '../base/format.ts';
import { si, three } from '../energy/report/numbers.ts';
import { page } from '../energy/report/page.ts';

const NONE = '–';

const headings = (hiddenLayers: number): string[] => [
  'network',
  'PSNR, dB',
  'to the twin, dB',
  'SSIM',
  ...Array.from({ length: hiddenLayers }, (_, layer) => (layer === 0 ? 'firing, layer 1' : `layer ${layer + 1}`)),
  'samples a ray',
  'bits a weight',
  'a spike',
  'weights, bytes',
  'MAC an image',
  'AC an image',
  'mJ an image',
  ...ANN_SHARES.map(({ short }) => short),
  'training, minutes',
  'frontier',
];

/** Hidden layers of the deepest network. */
function mostLayers({ entries }: Comparison): number {
  return Math.max(...entries.map(({ firing }) => firing.length));
}

/** The best first. */
function sorted({ entries }: Comparison): ComparedEntry[] {
  return [...entries].sort((a, b) => b.figures.psnr.mean - a.figures.psnr.mean);
}

/** "32.41 ± 0.05" where there are several seeds. */
function text({ mean, spread }: Figure, format: (value: number) => string, seeds: number): string {
  if (!Number.isFinite(mean)) return NONE;
  return seeds > 1 ? `${format(mean)} ± ${format(spread)}` : format(mean);
}

function cells({ name, figures, firing, runs, onFrontier }: ComparedEntry, twin: ComparedEntry | undefined, layers: number): string[] {
  const show = (figure: Figure, format: (value: number) => string): string => text(figure, format, runs.length);
  const decimals = (digits: number) => (value: number) => value.toFixed(digits);
  const gap = twin === undefined || twin.name === name ? null : figures.psnr.mean - twin.figures.psnr.mean;
  return [
    name,
    show(figures.psnr, decimals(2)),
    gap === null ? NONE : signed(gap, 2),
    show(figures.ssim, decimals(4)),
    ...Array.from({ length: layers }, (_, layer) => (layer < firing.length ? show(firing[layer], percent) : NONE)),
    show(figures.samplesPerRay, decimals(2)),
    ...[figures.weightBits, figures.spikeBits].map((figure) => show(figure, decimals(2))),
    show(figures.weightBytes, (bytes) => bytes.toLocaleString('en', { maximumFractionDigits: 0 })),
    show(figures.macs, si),
    show(figures.acs, si),
    show(figures.millijoules, three),
    ...shareCells(twin === undefined ? null : annShares(energies(figures), energies(twin.figures))),
    show(figures.trainMinutes, decimals(1)),
    onFrontier ? 'yes' : '',
  ];
}

function energies({ published, millijoules, skipping, shifted }: ComparedEntry['figures']): ComparedEnergies {
  return { published: published.mean, executed: millijoules.mean, skipping: skipping.mean, shifted: shifted.mean };
}

function rows(comparison: Comparison): string[][] {
  const twin = comparison.entries.find(({ name }) => name === TWIN);
  return sorted(comparison).map((entry) => cells(entry, twin, mostLayers(comparison)));
}

/** The table with what it stands on; `chart` is a path to the picture. */
export function comparisonMarkdown(comparison: Comparison, chart: string): string {
  const line = (values: readonly string[]): string => `| ${values.join(' | ')} |\n`;
  const heads = headings(mostLayers(comparison));
  return [
    `# ${title(comparison)}\n\n`,
    `${where(comparison)}\n\n`,
    `![Energy against quality](${chart})\n\n`,
    line(heads),
    line(heads.map((_, i) => (i === 0 || i === heads.length - 1 ? '---' : '---:'))),
    ...rows(comparison).map(line),
    `\n${legend(comparison)}\n\n`,
    `    ${comparison.command}\n`,
  ].join('');
}

/** @param chart by `comparisonChart` */
export function comparisonPage(comparison: Comparison, chart: Html): string {
  const { command, spikeray, commit, created, entries } = comparison;
  return page(
    title(comparison),
    html`<h1>${title(comparison)}</h1>
      <div class="where">${where(comparison)} · ${created.slice(0, 10)}</div>
      <p class="lead">
        Upwards is better, leftwards is cheaper. The dashed line joins the networks that no other beats in
        both.${
          comparison.seeds.length > 1 ? ` Vertical bars reach from the least to the greatest of the ${comparison.seeds.length} seeds.` : ''
        }
      </p>
      <div class="legend">
        <span class="key run"><span>spiking</span></span
        ><span class="key twin"><span>ANN twin</span></span>
      </div>
      <figure tabindex="0">${chart}</figure>
      <h2>Networks</h2>
      ${htmlTable(
        headings(mostLayers(comparison)).map((head, i, all) => ({ title: head, numeric: i > 0 && i < all.length - 1 })),
        rows(comparison),
      )}
      <p class="note">${legend(comparison)}</p>
      <h2>How to repeat this</h2>
      <pre>${command}</pre>
      <p class="note">SpikeRay ${spikeray}${commit === null ? '' : `, commit ${commit}`}, ${created}, ${comparison.backend}</p>
      ${entries.map(
        ({ name, settings, runs }) =>
          html`<details>
            <summary>${name}</summary>
            <pre>
${JSON.stringify(settings, null, 2)}
${runs.map(({ run, seed, step, report }) => `seed ${seed}: ${run}, step ${step}, ${report.psnr.toFixed(3)} dB`).join('\n')}</pre>
          </details>`,
      )}
      <details>
        <summary>settings that all share</summary>
        <pre>${JSON.stringify(comparison.config, null, 2)}</pre>
      </details>`,
  );
}

export function comparisonChart(comparison: Comparison): Html {
  const point = ({ name, figures, runs }: ComparedEntry): Point => ({
    label: name,
    colour: name === TWIN ? 'twin' : 'run',
    x: figures.millijoules.mean,
    y: figures.psnr.mean,
    ...(runs.length > 1 ? { between: leastAndGreatest(runs.map(({ report }) => report.psnr)) } : {}),
  });
  const frontier = comparison.entries.filter(({ onFrontier }) => onFrontier).map(point);
  return scatterChart({
    description: `Energy against quality: ${comparison.entries.map(({ name }) => name).join(', ')}`,
    points: comparison.entries.map(point),
    frontier: frontier.sort((a, b) => a.x - b.x),
    xTitle: `mJ an image, synapses as executed, ${DEFAULT_COSTS.name}`,
    yTitle: 'PSNR, dB',
    leastSpan: LEAST_DECIBELS,
    height: 440,
    logarithmic: true,
  });
}

function leastAndGreatest(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function title({ scene, entries }: Comparison): string {
  return `${scene.name}: ${entries.length} networks under equal settings`;
}

function where({ entries, split, seeds }: Comparison): string {
  const { report } = entries[0].runs[0];
  const { width, height } = report.imageSize;
  return `${report.views} ${split} views of ${width}×${height}, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
}

function legend({ seeds }: Comparison): string {
  const spread = seeds.length > 1 ? ' ±: half the distance between the least and the greatest of the seeds.' : '';
  return (
    `Operations and energy: synapses as executed, mean of the views; energy estimated at ${DEFAULT_COSTS.mac} pJ a MAC and ` +
    `${DEFAULT_COSTS.ac} pJ an AC (${DEFAULT_COSTS.name}). Firing: spikes a neuron and time step; of the twin, active ReLUs. Weights: all layers, in bits and with what is kept beside them. ${SHARES_LEGEND}${spread}`
  );
}
