/** The frontier over many runs as a page, a table and CSV. */
import type { Frontier, FrontierRun } from '../frontier.ts';
import { LEAST_DECIBELS, scatterChart, type Point } from './charts.ts';
import { hardwareOptions } from './hardware-options.ts';
import { html, htmlTable } from './html.ts';
import { percent } from '../../base/format.ts';
import { three } from './numbers.ts';
import { page } from './page.ts';

const HEADS = [
  'run',
  'neuron',
  'step',
  'PSNR, dB',
  'mJ, as executed',
  'mJ, as published',
  'mJ, whole renderer',
  'active neurons',
  'frontier',
] as const;

/** The cheapest first. */
function sorted({ runs }: Frontier): FrontierRun[] {
  return [...runs].sort((a, b) => (a.millijoules.executed ?? Infinity) - (b.millijoules.executed ?? Infinity));
}

function cells({ subject, millijoules, onFrontier }: FrontierRun): string[] {
  const energy = (value: number | null): string => (value === null ? '–' : three(value));
  return [
    subject.origin.run,
    subject.neuron,
    String(subject.origin.step),
    subject.psnr.toFixed(2),
    energy(millijoules.executed),
    energy(millijoules.published),
    energy(millijoules.all),
    subject.firingRates.map(percent).join(', '),
    onFrontier ? 'yes' : '',
  ];
}

/** For the terminal, and for pasting. */
export function frontierMarkdown(frontier: Frontier): string {
  const line = (values: readonly string[]): string => `| ${values.join(' | ')} |\n`;
  return (
    line(HEADS) +
    line(HEADS.map((_, i) => (i < 2 ? '---' : '---:'))) +
    sorted(frontier)
      .map((run) => line(cells(run)))
      .join('')
  );
}

export function frontierCsv(frontier: Frontier): string {
  const quoted = (text: string | number | null): string =>
    typeof text === 'string' ? `"${text.replaceAll('"', '""')}"` : String(text ?? '');
  const runs = sorted(frontier);
  const depths = [...Array(Math.max(...runs.map(({ subject }) => subject.firingRates.length))).keys()];
  const active = depths.map((layer) => `active_${layer + 1}`).join(',');
  const rows = runs.map(({ subject, millijoules, onFrontier }) =>
    [
      subject.origin.run,
      subject.neuron,
      subject.origin.step,
      subject.psnr,
      millijoules.executed,
      millijoules.published,
      millijoules.all,
      ...depths.map((layer) => subject.firingRates[layer] ?? null),
      onFrontier ? 1 : 0,
    ]
      .map(quoted)
      .join(','),
  );
  return `${[`run,neuron,step,psnr_db,mj_executed,mj_published,mj_all,${active},on_frontier`, ...rows].join('\n')}\n`;
}

export function frontierPage(frontier: Frontier): string {
  const { model, split, every, created, spikeray, commit, differentScenes, hardwareAsked } = frontier;
  const runs = sorted(frontier);
  const points = runs.flatMap(({ subject, millijoules: { executed } }): Point[] =>
    executed === null
      ? []
      : [{ label: subject.origin.run, colour: subject.neuron === 'relu' ? 'twin' : 'run', x: executed, y: subject.psnr }],
  );
  const best = points.filter(({ label }) => runs.some(({ subject, onFrontier }) => onFrontier && subject.origin.run === label));
  const { width, height } = runs[0].subject.views[0];
  const title = `Energy against quality: ${runs[0].subject.origin.scene.name}, ${runs.length} runs`;
  return page(
    title,
    html`<h1>${title}</h1>
      <div class="where">${runs[0].subject.images} ${split} views of ${width}×${height} · ${created.slice(0, 10)}</div>
      ${differentScenes ? html`<p class="warn">The runs are of different scenes; the comparison was forced.</p>` : ''}
      <p class="lead">
        Upwards is better, leftwards is cheaper. The dashed line joins the runs that no other run beats in both. Energies are estimates:
        exact counts of the network's synapses as executed times the prices of ${model.title}.
      </p>
      <div class="legend">
        <span class="key run"><span>spiking</span></span
        ><span class="key twin"><span>ANN</span></span>
      </div>
      <figure>
        ${scatterChart({
          description: title,
          points,
          frontier: best,
          xTitle: `mJ an image, synapses as executed, ${model.name}`,
          yTitle: 'PSNR, dB',
          leastSpan: LEAST_DECIBELS,
        })}
      </figure>
      <h2>Runs</h2>
      ${htmlTable(
        HEADS.map((head, i) => ({ title: head, numeric: i > 1 && i < HEADS.length - 1 })),
        runs.map(cells),
      )}
      <h2>Model</h2>
      <p>${model.title}, ${model.node}, ${model.year}. Source: ${model.source}. Leaves out: ${model.leavesOut.join('; ')}.</p>
      <h2>How to repeat this</h2>
      <pre>
spikeray energy --compare ${runs.map(({ subject }) => subject.origin.run).join(' ')} --split ${split} --every ${every}${hardwareOptions(hardwareAsked)}</pre>
      <p class="note">SpikeRay ${spikeray}${commit === null ? '' : `, commit ${commit}`}, ${created}</p>
      ${runs.map(
        ({ subject: { origin } }) =>
          html`<details>
            <summary>${origin.run}: ${origin.checkpoint}, seed ${origin.seed}</summary>
            <pre>${JSON.stringify(origin.config, null, 2)}</pre>
          </details>`,
      )}`,
  );
}
