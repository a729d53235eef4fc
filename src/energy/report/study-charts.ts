/** The parts of the study page that are drawn: countings, stages, hardware, quality. */
import { inPassing, type Stage } from '../work/ledger.ts';
import { unlikeTechnology } from '../hardware/hardware-model.ts';
import { hitSteps, shareInBins, stepBins } from '../ray-samples.ts';
import type { AnnShares } from '../ann-shares.ts';
import { comparedEstimates, type EnergyStudy, type HardwareResult } from '../study.ts';
import { sharesTold } from '../subject.ts';
import { barChart, columnChart, LEAST_DECIBELS, scatterChart, type Bars, type Point } from './charts.ts';
import { html, type Html } from './html.ts';
import { percent } from '../../base/format.ts';
import { three } from './numbers.ts';
import { timeStepTable } from './study-tables.ts';
import { nameOf } from './summary.ts';

/** Millijoules; null where a model cannot run it. */
export type Pair = readonly [run: number | null, twin: number | null];

/** Millijoules an image of the run and of what it is compared with, as executed. */
export function pair({ run, twin, against }: HardwareResult, part: 'network' | 'all'): Pair {
  return [run.executed?.[part] ?? null, (against ?? twin).executed?.[part] ?? null];
}

/** The two whose ratio is a share: synapses alone. */
export function synapsePair(result: HardwareResult, share: keyof AnnShares): Pair {
  const [mine, theirs] = comparedEstimates(result, share);
  return [mine?.synapses ?? null, theirs?.synapses ?? null];
}

export function share([mine, theirs]: Pair): string {
  return mine === null || theirs === null || theirs === 0 ? '–' : percent(mine / theirs);
}

export function milli(value: number | null): string {
  return value === null ? '–' : `${three(value)} mJ`;
}

function legend(study: EnergyStudy): Html {
  const twin = study.against === null ? 'ANN of the same shape, same samples (computed)' : `run compared with: ${nameOf(study.against)}`;
  return html`<div class="legend">
    <span class="key run"><span>this run: ${nameOf(study.run)}</span></span
    ><span class="key twin"><span>${twin}</span></span>
  </div>`;
}

function series(pairs: readonly Pair[]): Bars[] {
  return [
    { label: 'run', colour: 'run', values: pairs.map(([mine]) => mine) },
    { label: 'twin', colour: 'twin', values: pairs.map(([, theirs]) => theirs) },
  ];
}

export function countings(study: EnergyStudy): Html {
  const [first] = study.hardware;
  const told = sharesTold(study.run);
  const pairs = [...told.map(({ share }) => synapsePair(first, share)), pair(first, 'network'), pair(first, 'all')];
  return html`<p>
      Published counts charge layer 1 with all its inputs for every sample. As executed, the view terms go through layer 1 once a ray, and
      everything behind a spike is additions of weight rows, or of shifted ones where a spike is larger than one. Silent neurons cost a
      spiking network nothing; a twin on hardware that skips inactive ReLUs in the same way is the fair comparison, and the first bar says
      so.
    </p>
    ${legend(study)}
    <figure tabindex="0">
      ${barChart({
        description: 'Energy an image, spiking network and twin, in several countings and three scopes',
        categories: [...told.map(({ short }) => `synapses: ${short}`), 'as executed: with neurons', 'as executed: whole renderer'],
        series: series(pairs),
        format: three,
        unit: `mJ an image, ${first.model.name}`,
      })}
    </figure>
    <p class="note">Share of the twin, from top to bottom: ${pairs.map(share).join(', ')}.</p>`;
}

export function stages(study: EnergyStudy): Html {
  const chart = (result: HardwareResult): Html => {
    const other = result.against ?? result.twin;
    const priced = { ...other.executed?.byStage, ...result.run.executed?.byStage };
    const shown = (Object.keys(priced) as Stage[]).sort(inPassing);
    return html`<figure tabindex="0">
      ${barChart({
        description: `Energy an image by stage on ${result.model.name}`,
        categories: shown,
        series: series(shown.map((stage): Pair => [result.run.executed?.byStage[stage] ?? null, other.executed?.byStage[stage] ?? null])),
        format: three,
        unit: `mJ an image, ${result.model.name}`,
        width: 560,
      })}
      <figcaption>${result.model.title}${unpriced(result)}</figcaption>
    </figure>`;
  };
  const memory = study.hardware.find(({ model }, i) => i > 0 && model.kind === 'operations' && model.memory !== null);
  return html`<p>
      The same work, stage by stage, as a sample passes through the
      renderer${memory === undefined ? '' : '; beside it with every operand fetched from memory, grids from DRAM'}.
    </p>
    ${legend(study)}
    <div class="two">${chart(study.hardware[0])}${memory === undefined ? '' : chart(memory)}</div>`;
}

function unpriced({ run }: HardwareResult): string {
  const names = run.executed?.unpriced ?? [];
  return names.length === 0 ? '' : `. Counted but without a price: ${names.join(', ')}`;
}

export function otherHardware(study: EnergyStudy): Html {
  const alike = study.hardware.filter(({ model }) => unlikeTechnology(model) === null);
  const unlike = study.hardware.filter(({ model }) => unlikeTechnology(model) !== null);
  const comparable = alike.map((result) => ({ result, energies: pair(result, 'network') }));
  const shares = comparable.map(({ energies: [mine, theirs] }) =>
    mine === null || theirs === null || theirs === 0 ? null : (100 * mine) / theirs,
  );
  const alone = comparable
    .filter(({ energies: [, theirs] }) => theirs === null)
    .map(({ result, energies: [mine] }) => `${result.model.name}: ${milli(mine)} an image, no figure for an ANN`);
  const names = comparable
    .filter((_, i) => shares[i] !== null)
    .map(({ result, energies }) => `${result.model.name}: ${three(energies[0]!)} of ${three(energies[1]!)} mJ`);
  const steps = timeStepTable(study.hardware);
  return html`<p>
      The network with its neurons as executed, on each model. A share above 100 % means that the spikes cost more than they save there.
    </p>
    ${
      names.length === 0
        ? ''
        : html`<figure tabindex="0">
            ${barChart({
              description: 'Energy of the network relative to the twin on each hardware model',
              categories: names,
              series: [{ label: 'share', colour: 'run', values: shares.filter((value) => value !== null) }],
              format: (value) => `${value.toFixed(1)} %`,
              unit: 'energy of the run, % of the twin on the same model',
            })}
          </figure>`
    }
    ${unlike.length === 0 ? '' : onChips(study, unlike)} ${alone.length === 0 ? '' : html`<p class="note">${alone.join('. ')}.</p>`}
    ${
      steps === null
        ? ''
        : html`<h3>Time steps of a crossbar</h3>
            <p>
              A crossbar works the same in every time step, spikes or not: its energy and latency follow the number of steps, which
              condensing the samples of a ray makes small.
            </p>
            ${steps}`
    }`;
}

/** A chip that has no figure for the twin, which is priced elsewhere: both energies, and no share that would compare technologies. */
function onChips(study: EnergyStudy, unlike: readonly HardwareResult[]): Html {
  return html`<h3>Spikes on a chip, the twin in other technology</h3>
    <p>
      These chips run spikes only. The real-valued products of layer 1, and the whole twin, are priced as conventional arithmetic of another
      technology (${unlike.map(({ model }) => `${model.name}: ${unlikeTechnology(model)!}`).join('; ')}), so the distance between the two
      bars is not what spikes save.
    </p>
    ${legend(study)}
    <figure tabindex="0">
      ${barChart({
        description: 'Energy of the network on chips, and of the twin in conventional arithmetic of another technology',
        categories: unlike.map(({ model }) => model.name),
        series: series(unlike.map((result) => pair(result, 'network'))),
        format: three,
        unit: 'mJ an image, network with its neurons',
      })}
    </figure>`;
}

/** How long the condensed network runs for a ray that hits something. */
export function raySteps(study: EnergyStudy): Html {
  const { run, against } = study;
  const shown = against === null ? [run] : [run, against];
  const steps = shown.map(({ raySamples }) => hitSteps(raySamples));
  const bins = stepBins(Math.max(1, ...steps.map(({ greatest }) => greatest)), 40);
  const words = ({ mean, median, ninetieth, greatest }: (typeof steps)[number]): string =>
    `mean ${three(mean)}, median ${median}, nine of ten at most ${ninetieth}, greatest ${greatest}`;
  return html`<p>
      ${percent(steps[0].hits / run.counts.rays)} of the rays hit something. A network sample is a time step
      T${run.counts.timeSteps === run.counts.samples ? '' : ` (this run's time axis has ${three(run.counts.timeSteps / Math.max(1, run.counts.activeRays))} time steps a ray that hits)`};
      rays that hit have ${words(steps[0])}${against === null ? '' : `; those of the run compared with: ${words(steps[1])}`}. The mean over
      all rays, ${three(run.counts.samples / run.counts.rays)}, is what an image costs.
    </p>
    ${against === null ? '' : legend(study)}
    <figure tabindex="0">
      ${columnChart({
        description: 'How many network samples the rays have that hit something',
        categories: bins.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)),
        series: shown.map((subject, i) => ({
          label: nameOf(subject),
          colour: i === 0 ? 'run' : 'twin',
          values: shareInBins(subject.raySamples, bins).map((part) => 100 * part),
        })),
        xTitle: 'network samples of a ray that hits something',
        yTitle: '% of these rays',
      })}
    </figure>`;
}

export function quality(study: EnergyStudy): Html {
  const point = (label: string, colour: Point['colour'], x: number | null, y: number): Point[] =>
    x === null ? [] : [{ label, colour, x, y }];
  const [mine, theirs] = synapsePair(study.hardware[0], 'executed');
  const points = [
    ...point(nameOf(study.run), 'run', mine, study.run.psnr),
    ...point(nameOf(study.against!), 'twin', theirs, study.against!.psnr),
  ];
  return html`<p>Upwards is better, leftwards is cheaper. <code>spikeray energy --compare RUN…</code> draws this for many runs.</p>
    <figure tabindex="0">
      ${scatterChart({
        description: 'PSNR against energy of the run and the run compared with',
        points,
        xTitle: `mJ an image, synapses as executed, ${study.hardware[0].model.name}`,
        yTitle: 'PSNR, dB',
        leastSpan: LEAST_DECIBELS,
      })}
    </figure>`;
}
