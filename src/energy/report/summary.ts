/** The comparison in one table: the network beside its twin, counting by counting. What the terminal prints and the page begins with. */
import type { ToldShare } from '../ann-shares.ts';
import { comparedEstimates, type EnergyStudy, type HardwareResult } from '../study.ts';
import type { Counting } from '../work/network-work.ts';
import { unlikeTechnology } from '../hardware/hardware-model.ts';
import type { Estimate } from '../hardware/price.ts';
import { hitSteps } from '../ray-samples.ts';
import { hasLargeSpikes, sharesTold, type EnergySubject } from '../subject.ts';
import { isSynapses, totalWork, type Ledger } from '../work/ledger.ts';
import { percent, signed } from '../../base/format.ts';
import { si, three } from './numbers.ts';

export interface SummaryRow {
  readonly label: string;
  readonly run: string;
  readonly twin: string;
  /** Share of the twin, or difference; empty where it has no meaning. */
  readonly share: string;
}

export interface Summary {
  /** Columns. */
  readonly run: string;
  readonly twin: string;
  readonly rows: readonly SummaryRow[];
}

const NONE = '–';

/** The second column is the run compared with; without one, the computed twin. */
export function summaryOf(study: EnergyStudy): Summary {
  const { run, against, hardware } = study;
  return {
    run: nameOf(run),
    twin: against === null ? 'ANN twin (computed)' : nameOf(against),
    rows: [...qualityRows(run, against), ...countRows(study), ...hardware.flatMap((result) => energyRows(result, sharesTold(run)))],
  };
}

export function nameOf({ neuron }: EnergySubject): string {
  return neuron === 'relu' ? 'ANN (ReLU)' : `spiking (${neuron})`;
}

/** `| a | b |`, for pasting into a page. */
export function markdownTable({ run, twin, rows }: Summary): string {
  const lines = [['', run, twin, 'share'], ...rows.map((row) => [row.label, row.run, row.twin, row.share])];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column].length), 3));
  const text = (line: readonly string[]): string =>
    `| ${line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join(' | ')} |\n`;
  const rule = `| ${widths.map((width, c) => (c === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |\n`;
  return text(lines[0]) + rule + lines.slice(1).map(text).join('');
}

function qualityRows(run: EnergySubject, against: EnergySubject | null): SummaryRow[] {
  const perRay = ({ counts }: EnergySubject): string => three(counts.samples / counts.rays);
  const perHit = ({ raySamples }: EnergySubject): string => three(hitSteps(raySamples).mean);
  const rates = ({ firingRates }: EnergySubject): string => firingRates.map(percent).join(', ');
  return [
    {
      label: 'PSNR, dB',
      run: run.psnr.toFixed(2),
      twin: against?.psnr.toFixed(2) ?? NONE,
      share: against === null ? '' : signed(run.psnr - against.psnr, 2),
    },
    { label: 'network samples a ray', run: perRay(run), twin: perRay(against ?? run), share: '' },
    { label: 'network samples a ray that hits', run: perHit(run), twin: perHit(against ?? run), share: '' },
    { label: 'active neurons, hidden layers in order', run: rates(run), twin: against === null ? NONE : rates(against), share: '' },
    ...timeRows(run, against),
  ];
}

function timeRows(run: EnergySubject, against: EnergySubject | null): SummaryRow[] {
  const measured = (label: string, value: (subject: EnergySubject) => number | null): SummaryRow[] => {
    const [mine, theirs] = [value(run), against && value(against)];
    if (mine === null) return [];
    return [
      { label, run: three(mine), twin: theirs === null ? NONE : three(theirs), share: theirs === null ? '' : percent(mine / theirs) },
    ];
  };
  return [
    ...measured('seconds an image on this machine', ({ secondsPerImage }) => secondsPerImage),
    ...measured('joules an image on this machine', ({ joulesPerImage }) => joulesPerImage),
  ];
}

function countRows({ run, twin, against }: EnergyStudy): SummaryRow[] {
  const other = against ?? twin;
  const images = against?.images ?? run.images;
  const row = (counting: Counting, kind: 'macs' | 'acs', label: string): SummaryRow => ({
    label,
    run: si(totalOf(run[counting])[kind] / run.images),
    twin: si(totalOf(other[counting])[kind] / images),
    share: '',
  });
  return [
    row('published', 'macs', 'MAC an image, published convention'),
    row('published', 'acs', 'AC an image, published convention'),
    row('executed', 'macs', 'MAC an image, as executed'),
    row('executed', 'acs', 'AC an image, as executed'),
    ...(hasLargeSpikes(run) ? [row('shifted', 'acs', 'AC an image, spikes as shifted additions')] : []),
  ];
}

function energyRows(result: HardwareResult, told: readonly ToldShare[]): SummaryRow[] {
  const { model } = result;
  const executed = (label: string, value: (estimate: Estimate) => number): SummaryRow =>
    between(label, comparedEstimates(result, 'executed'), value);
  const between = (label: string, both: ReturnType<typeof comparedEstimates>, value: (estimate: Estimate) => number): SummaryRow => {
    const [mine, theirs] = both.map((estimate) => (estimate === null ? null : value(estimate)));
    return {
      label: `mJ an image, ${model.name}, ${label}`,
      run: mine === null ? NONE : three(mine),
      twin: theirs === null ? NONE : three(theirs),
      share: mine === null || theirs === null || theirs === 0 ? '' : percent(mine / theirs),
    };
  };
  if (model.kind === 'crossbar') return [executed('network', ({ network }) => network)];
  if (model.kind === 'events') {
    const unlike = unlikeTechnology(model);
    const of = executed(`network with neurons${unlike === null ? '' : ` (${unlike})`}`, ({ network }) => network);
    return [unlike === null ? of : { ...of, share: '' }];
  }
  return [
    ...told.map(({ share, twin }) => between(`beside ${twin}`, comparedEstimates(result, share), ({ synapses }) => synapses)),
    executed('with neurons', ({ network }) => network),
    executed('whole renderer', ({ all }) => all),
  ];
}

function totalOf(ledger: Ledger): ReturnType<typeof totalWork> {
  return totalWork(ledger, isSynapses);
}
