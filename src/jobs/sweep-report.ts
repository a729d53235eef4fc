/** The table of a sweep as Markdown, LaTeX, CSV, JSON, chart and page. The same cells everywhere. */
import { onFrontier } from '../energy/frontier.ts';
import { ANN_SHARES, annShares, shareCells, SHARES_LEGEND, type ComparedEnergies } from '../energy/ann-shares.ts';
import { DEFAULT_COSTS } from '../energy/energy-report.ts';
import { LEAST_DECIBELS, scatterChart, type Point } from '../energy/report/charts.ts';
import { csvCell } from '../energy/report/csv.ts';
import { html, htmlTable, type Html } from '../energy/report/html.ts';
import { three } from '../energy/report/numbers.ts';
import { page, standaloneSvg } from '../energy/report/page.ts';
import { VERSION } from '../run/version.ts';
import { CERTAINTIES } from './published.ts';
import { QUANTITIES, type Figure, type Figures, type Network, type SweepTable } from './sweep-table.ts';

const NONE = '–';

/** Cells of text, the first column and the last `words` columns are words. */
interface Sheet {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly words?: number;
}

export interface SweepFiles {
  readonly [name: string]: string;
}

/** @param command that repeats it; @param created ISO 8601 */
export function sweepFiles(table: SweepTable, command: string, created: string): SweepFiles {
  const sheets = sheetsOf(table);
  const chart = chartOf(table);
  return {
    'table.md': markdown(table, sheets, chart !== null, command),
    'table.tex': latex(sheets),
    'table.csv': csv(table),
    'table.json': `${JSON.stringify({ schema: 1, spikeray: VERSION, created, command, ...table }, null, 2)}\n`,
    'table.html': htmlPage(table, sheets, chart, command, created),
    ...(chart !== null && { 'chart.svg': standaloneSvg(chart) }),
  };
}

/** Means over the scenes, quality scene by scene, what others published, what is missing. */
function sheetsOf(table: SweepTable): Sheet[] {
  const several = table.scenes.length > 1;
  const quality = (title: string, quantity: 'psnr' | 'ssim', digits: number): Sheet => ({
    title,
    heads: ['network', ...table.scenes, ...(several ? ['mean'] : [])],
    rows: [
      ...table.networks.map(({ name, cells, mean }) => [
        name,
        ...cells.map(({ figures, seeds }) => text(figures?.[quantity], digits, seeds < table.seeds.length ? seeds : null)),
        ...(several ? [text(mean?.[quantity], digits)] : []),
      ]),
      ...table.published.flatMap((row): string[][] => {
        const values = row[quantity];
        if (values === undefined) return [];
        const shown = (scene: string): string => values[scene]?.toFixed(digits) ?? NONE;
        const mean = several ? [publishedMean(values, table.scenes)?.toFixed(digits) ?? NONE] : [];
        return [[`${row.network} [${table.published.indexOf(row) + 1}]`, ...table.scenes.map(shown), ...mean]];
      }),
    ],
  });
  return [
    means(table),
    quality('PSNR, dB', 'psnr', 2),
    quality('SSIM', 'ssim', 4),
    ...(table.published.length === 0 ? [] : [sources(table)]),
    ...(table.rows.every(({ missing }) => missing === null) ? [] : [missing(table)]),
  ];
}

function means({ scenes, networks, published }: SweepTable): Sheet {
  const heads = ['network', 'PSNR, dB', 'SSIM', 'mJ an image', ...ANN_SHARES.map(({ short }) => short), 'training, minutes', 'memory, MiB'];
  const rows = networks.map((network) => {
    const { name, mean, twin } = network;
    const ofTwin = network.isTwin ? null : (networks.find((other) => other.name === twin)?.mean ?? null);
    return [
      name,
      text(mean?.psnr, 2),
      text(mean?.ssim, 4),
      mean === null ? NONE : spread(mean.executed, three),
      ...shareCells(mean === null || ofTwin === null ? null : annShares(energies(mean), energies(ofTwin))),
      text(mean?.minutes, 1),
      mean === null || Number.isNaN(mean.bytes.mean) ? NONE : (mean.bytes.mean / 2 ** 20).toFixed(0),
    ];
  });
  const theirs = published.map(({ network, psnr, ssim, millijoules }, i) => {
    const mean = (values: Readonly<Record<string, number>> = {}, digits: number): string =>
      publishedMean(values, scenes)?.toFixed(digits) ?? NONE;
    return [`${network} [${i + 1}]`, mean(psnr, 2), mean(ssim, 4), mean(millijoules, 2), ...shareCells(null), NONE, NONE];
  });
  return { title: scenes.length > 1 ? `Mean of ${scenes.length} scenes` : scenes[0], heads, rows: [...rows, ...theirs] };
}

function energies({ published, executed, skipping, shifted }: Figures): ComparedEnergies {
  return { published: published.mean, executed: executed.mean, skipping: skipping.mean, shifted: shifted.mean };
}

/** Over these scenes, where each is published; else as the source has it, over all of its own. */
function publishedMean(values: Readonly<Record<string, number>>, scenes: readonly string[]): number | undefined {
  const { mean, ...known } = values;
  if (!scenes.every((scene) => scene in known) || scenes.length === Object.keys(known).length) return mean;
  return scenes.reduce((sum, scene) => sum + known[scene], 0) / scenes.length;
}

function sources({ published }: SweepTable): Sheet {
  return {
    title: 'Published numbers',
    heads: ['', 'network', 'source', 'how sure', 'note'],
    rows: published.map(({ network, source, certainty, note }, i) => [`[${i + 1}]`, network, source, CERTAINTIES[certainty], note ?? '']),
    words: 4,
  };
}

function missing({ rows }: SweepTable): Sheet {
  return {
    title: 'Missing',
    heads: ['run', 'scene', 'network', 'seed', 'why'],
    rows: rows.flatMap(({ index, scene, network, seed, missing: why }) =>
      why === null ? [] : [[String(index), scene, network, String(seed), why]],
    ),
    words: 4,
  };
}

/** @param seeds how many were measured, if not all */
function text(figure: Figure | undefined, digits: number, seeds: number | null = null): string {
  if (figure === undefined) return NONE;
  return spread(figure, (value) => value.toFixed(digits)) + (seeds === null ? '' : ` (${seeds} ${seeds === 1 ? 'seed' : 'seeds'})`);
}

function spread({ mean, deviation }: Figure, format: (value: number) => string): string {
  return deviation === null ? format(mean) : `${format(mean)} ± ${format(deviation)}`;
}

function heading({ title, networks, scenes }: SweepTable): string {
  return title !== ''
    ? title
    : `${networks.length} ${networks.length === 1 ? 'network' : 'networks'} in ${scenes.length} ${scenes.length === 1 ? 'scene' : 'scenes'}`;
}

function where({ rows, seeds }: SweepTable): string {
  const measured = [...new Set(rows.flatMap(({ measured: what }) => what ?? []))];
  return `${rows.filter(({ values }) => values !== null).length} of ${rows.length} runs; ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}; ${measured.join('; ') || 'nothing measured yet'}`;
}

function legend({ seeds, published }: SweepTable): string {
  const deviations = seeds.length > 1 ? ' ±: standard deviation over the seeds.' : '';
  const theirs = published.length === 0 ? '' : ' Published numbers are as their sources count them, on their own settings.';
  return (
    `Energy: synapses as executed, mean of the views, estimated at ${DEFAULT_COSTS.mac} pJ a MAC and ${DEFAULT_COSTS.ac} pJ an AC (${DEFAULT_COSTS.name}). ` +
    `${SHARES_LEGEND} The twin was trained beside.${deviations}${theirs}`
  );
}

function markdown(table: SweepTable, sheets: readonly Sheet[], chart: boolean, command: string): string {
  const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |\n`;
  const body = sheets.map(
    ({ title, heads, rows, words = 0 }) =>
      `## ${title}\n\n${line(heads)}${line(heads.map((_, i) => (i === 0 || i >= heads.length - words ? '---' : '---:')))}${rows.map(line).join('')}\n`,
  );
  const picture = chart ? '![Energy against quality](chart.svg)\n\n' : '';
  return `# ${heading(table)}\n\n${where(table)}\n\n${picture}${body.join('')}${legend(table)}\n\n    ${command}\n`;
}

/** For the package booktabs; sheets of words alone stay in the other files. */
function latex(sheets: readonly Sheet[]): string {
  const escaped = (cell: string): string =>
    cell
      .replace(/[\\{}]/g, (sign) => (sign === '\\' ? '\\textbackslash{}' : `\\${sign}`))
      .replace(/[&%$#_]/g, (sign) => `\\${sign}`)
      .replaceAll('~', '\\textasciitilde{}')
      .replaceAll('^', '\\textasciicircum{}')
      .replaceAll('±', '$\\pm$')
      .replaceAll(NONE, '--');
  const line = (cells: readonly string[]): string => `${cells.map(escaped).join(' & ')} \\\\\n`;
  return sheets
    .filter(({ words = 0 }) => words === 0)
    .map(
      ({ title, heads, rows }) =>
        `% ${title.replaceAll('\n', ' ')}\n\\begin{tabular}{l${'r'.repeat(heads.length - 1)}}\n\\toprule\n${line(heads)}\\midrule\n${rows.map(line).join('')}\\bottomrule\n\\end{tabular}\n`,
    )
    .join('\n');
}

/** A line a run. */
function csv({ rows }: SweepTable): string {
  const head = ['run', 'scene', 'setting', 'entry', 'seed', ...QUANTITIES, 'missing'];
  const lines = rows.map(({ index, scene, setting, entry, seed, values, missing: why }) => [
    ...[index, scene, setting, entry, seed],
    ...QUANTITIES.map((quantity) => (values === null || Number.isNaN(values[quantity]) ? '' : values[quantity])),
    why ?? '',
  ]);
  return [head, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

function htmlPage(table: SweepTable, sheets: readonly Sheet[], chart: Html | null, command: string, created: string): string {
  return page(
    heading(table),
    html`<h1>${heading(table)}</h1>
      <div class="where">${where(table)} · ${created.slice(0, 10)}</div>
      ${chart === null ? '' : html`<figure tabindex="0">${chart}</figure>`}
      ${sheets.map(
        ({ title, heads, rows, words = 0 }) =>
          html`<h2>${title}</h2>
            ${htmlTable(
              heads.map((head, i) => ({ title: head, numeric: i > 0 && i < heads.length - words })),
              rows,
            )}`,
      )}
      <p class="note">${legend(table)}</p>
      <h2>How to repeat this</h2>
      <pre>${command}</pre>
      <p class="note">SpikeRay ${VERSION}, ${created}</p>`,
  );
}

/** Means of the networks that have one; null: none has. */
function chartOf({ networks }: SweepTable): Html | null {
  const known = networks.flatMap((network: Network): { network: Network; mean: Figures }[] =>
    network.mean === null ? [] : [{ network, mean: network.mean }],
  );
  if (known.length === 0) return null;
  const points = known.map(({ network: { name, isTwin }, mean }): Point => ({
    label: name,
    colour: isTwin ? 'twin' : 'run',
    x: mean.executed.mean,
    y: mean.psnr.mean,
  }));
  const unbeaten = onFrontier(points.map(({ x, y }) => ({ quality: y, energy: x })));
  return scatterChart({
    description: `Energy against quality: ${points.map(({ label }) => label).join(', ')}`,
    points,
    frontier: points.filter((_, i) => unbeaten[i]).sort((a, b) => a.x - b.x),
    xTitle: `mJ an image, synapses as executed, ${DEFAULT_COSTS.name}`,
    yTitle: 'PSNR, dB',
    leastSpan: LEAST_DECIBELS,
    height: 440,
    logarithmic: true,
  });
}
