/** The tables of the report page. */
import type { EnergyStudy, HardwareResult } from '../study.ts';
import { hasLargeSpikes } from '../subject.ts';
import type { Ledger } from '../work/ledger.ts';
import type { Counting } from '../work/network-work.ts';
import { sumWork, WORK_TITLES, type Work, type WorkKey } from '../work/work.ts';
import { stepsOfLayer } from '../../engine/counts.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { cheaperForm } from '../../neurons/shifted-spikes.ts';
import { html, htmlTable, raw, type Html, type HtmlValue } from './html.ts';
import { percent } from '../../base/format.ts';
import { grouped, si, three } from './numbers.ts';
import { summaryOf } from './summary.ts';

const NONE = '–';
const OPERATIONS: readonly WorkKey[] = ['macs', 'effectiveMacs', 'acs', 'multiplications', 'additions', 'comparisons', 'specialFunctions'];
const STATE: readonly WorkKey[] = [
  'dense',
  'neuronOperations',
  'membraneUpdates',
  'weightBytes',
  'gridBytes',
  'stateReadBytes',
  'stateWriteBytes',
];

export function summaryTable(study: EnergyStudy): Html {
  const { run, twin, rows } = summaryOf(study);
  return htmlTable(
    [{ title: '' }, { title: run, numeric: true }, { title: twin, numeric: true }, { title: 'share, or difference', numeric: true }],
    rows.map(({ label, run: mine, twin: theirs, share }) => [label, mine, theirs, share]),
  );
}

/** Rows and their sum, an image on average. */
export function ledgerTables(ledger: Ledger, images: number): Html {
  return html`${ledgerTable(ledger, images, OPERATIONS)}${ledgerTable(ledger, images, STATE)}`;
}

export function ledgerTable(ledger: Ledger, images: number, keys: readonly WorkKey[]): Html {
  const shown = ledger.filter(({ work }) => keys.some((key) => work[key] !== 0));
  const cells = (work: Work): string[] => keys.map((key) => amount(work, key, images));
  return htmlTable(
    [{ title: 'stage' }, { title: 'part' }, ...keys.map((key) => ({ title: WORK_TITLES[key], numeric: true }))],
    shown.map(({ stage, part, work }) => [stage, part, ...cells(work)]),
    ['sum', '', ...cells(sumWork(shown.map(({ work }) => work)))],
  );
}

function amount(work: Work, key: WorkKey, images: number): string {
  const value = work[key];
  if (value === 0) return '';
  return key.endsWith('Bytes') ? si(value / images, 'B') : si(value / images);
}

export function unitTable({ perUnit, run }: EnergyStudy): Html {
  const line = (counting: Counting, kind: 'macs' | 'acs', label: string): HtmlValue[] => [
    label,
    ...(['sample', 'ray', 'pixel', 'image'] as const).map((unit) => three(perUnit[counting][unit][kind])),
  ];
  const { width, height } = run.views[0];
  return htmlTable(
    [
      { title: 'synapses of the network' },
      { title: 'a network sample', numeric: true },
      { title: 'a ray', numeric: true },
      { title: 'a pixel', numeric: true },
      { title: `an image of ${width}×${height}`, numeric: true },
    ],
    [
      line('published', 'macs', 'MAC, published convention'),
      line('published', 'acs', 'AC, published convention'),
      line('executed', 'macs', 'MAC, as executed'),
      line('executed', 'acs', 'AC, as executed'),
      ...(hasLargeSpikes(run) ? [line('shifted', 'acs', 'AC, spikes as shifted additions')] : []),
    ],
  );
}

export function spikeTable({ run }: EnergyStudy): Html {
  const widths = hiddenWidths(run.spec.network!);
  const rows = run.spikesByValue.flatMap((layer, i) => {
    const slots = stepsOfLayer(run.counts, i) * widths[i];
    return layer.map(({ value, count }): HtmlValue[] => [
      `layer ${i + 1}`,
      String(value),
      grouped(count),
      three(count / run.images),
      percent(slots === 0 ? 0 : count / slots),
    ]);
  });
  if (rows.length === 0) return html`<p>This network has no spikes.</p>`;
  return htmlTable(
    [
      { title: 'hidden layer' },
      { title: 'value of the spike' },
      { title: `spikes in ${run.images} images`, numeric: true },
      { title: 'an image', numeric: true },
      { title: 'of all neurons and time steps', numeric: true },
    ],
    rows,
  );
}

/** Both forms of the layers behind spikes 0, 1 and 2; null for other neurons. */
export function ternaryTable({ run }: EnergyStudy): Html | null {
  if (run.ternaryForms.length === 0) return null;
  return htmlTable(
    [
      { title: 'AC an image' },
      { title: 'spikes 0, 1, 2, as trained and executed', numeric: true },
      { title: 'spikes −1, 0, 1 and a bias', numeric: true },
      { title: 'counted as published' },
    ],
    run.ternaryForms.map((forms, i) => [
      `layer ${i + 2}`,
      si(forms.trained / run.images),
      si(forms.shifted / run.images),
      cheaperForm(forms) === 'trained' ? '0, 1, 2' : '−1, 0, 1',
    ]),
  );
}

/** NeuroBench's names as they are. */
export function neuroBenchTable({ run, against }: EnergyStudy): Html {
  const lines = [run, ...(against === null ? [] : [against])].map(({ neurobench: m }) => [
    si(m.Footprint, 'B'),
    m.ConnectionSparsity.toFixed(4),
    m.ActivationSparsity.toFixed(4),
    si(m.SynapticOperations.Effective_MACs),
    si(m.SynapticOperations.Effective_ACs),
    si(m.SynapticOperations.Dense),
    si(m.MembraneUpdates),
  ]);
  const names = [
    'Footprint',
    'ConnectionSparsity',
    'ActivationSparsity',
    'SynapticOperations.Effective_MACs',
    'SynapticOperations.Effective_ACs',
    'SynapticOperations.Dense',
    'MembraneUpdates',
  ];
  return htmlTable(
    [
      { title: 'an image' },
      { title: 'this run', numeric: true },
      ...(against === null ? [] : [{ title: 'run compared with', numeric: true }]),
    ],
    names.map((name, i) => [name, ...lines.map((line) => line[i])]),
  );
}

export function hardwareTable(hardware: readonly HardwareResult[]): Html {
  return htmlTable(
    [{ title: 'model' }, { title: 'node, year' }, { title: 'source' }, { title: 'leaves out' }, { title: 'prices' }],
    hardware.map(({ model }) => [
      html`<b>${model.name}</b><br />${model.title}`,
      `${model.node}; ${model.year}`,
      model.source,
      model.leavesOut.join('; '),
      raw(prices(model).join('<br>')),
    ]),
  );
}

function prices(model: HardwareResult['model']): string[] {
  const list = Object.entries(model.picojoules).map(
    ([key, value]) => `${words(key)}&nbsp;${value === null ? NONE : `${three(value)}&nbsp;pJ`}`,
  );
  if (model.kind !== 'operations' || model.memory === null) return list;
  const { sramRead, sramWrite, dramRead, bytesPerValue } = model.memory;
  return [
    ...list,
    `SRAM&nbsp;read&nbsp;${sramRead}, write&nbsp;${sramWrite}, DRAM&nbsp;${dramRead}&nbsp;pJ/byte; ${bytesPerValue}&nbsp;bytes a value`,
  ];
}

/** synapticOperation -> "synaptic operation" */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `&nbsp;${letter.toLowerCase()}`);
}

export function timeStepTable(hardware: readonly HardwareResult[]): Html | null {
  const rows = hardware.flatMap(({ model, run }) => {
    const steps = run.executed?.timeSteps;
    if (steps === undefined || steps === null) return [];
    const line = (label: string, { steps: count, millijoules, seconds }: typeof steps.padded): HtmlValue[] => [
      model.name,
      label,
      grouped(count),
      three(millijoules),
      three(seconds * 1000),
    ];
    return [line('condensed (TCP)', steps.condensed), line('padded (TP)', steps.padded)];
  });
  if (rows.length === 0) return null;
  return htmlTable(
    [
      { title: 'model' },
      { title: 'time axis' },
      { title: 'time steps an image', numeric: true },
      { title: 'mJ an image', numeric: true },
      { title: 'ms an image, rays one after the other', numeric: true },
    ],
    rows,
  );
}
