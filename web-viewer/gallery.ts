/** The gallery: a card for each run, looked at again every few seconds. */
import type { AnnShares } from '../src/energy/energy-report.ts';
import { SHARE_ROWS } from './ann-shares.ts';
import { listRuns, Unreachable, type BrokenRun, type RunSummary } from './api.ts';
import { byId, element, setOptions, wait } from './elements.ts';
import { written } from '../src/frames/quantities.ts';
import { messageOf } from './messages.ts';

/** Milliseconds between two looks at the runs, and between two tries to reach a server that is away. */
const LOOK_AGAIN = 10_000;
const TRY_AGAIN = 1500;

type Run = RunSummary | BrokenRun;
const isBroken = (run: Run): run is BrokenRun => 'problem' in run;

/** Ways to sort, the first is taken; broken runs come last. */
const ORDERS: Readonly<Record<string, { readonly text: string; readonly key: (run: RunSummary) => number }>> = {
  date: { text: 'date', key: (run) => -Date.parse(run.created) },
  psnr: { text: 'PSNR', key: (run) => -(run.quality?.psnr ?? -Infinity) },
  energy: { text: 'energy a pixel', key: (run) => run.quality?.nanojoulesPerPixel ?? Infinity },
};

const status = byId('status');
const sort = byId<HTMLSelectElement>('sort');
let runs: readonly Run[] = [];

setOptions(
  sort,
  Object.entries(ORDERS).map(([value, { text }]) => [value, text]),
);
sort.addEventListener('change', show);

for (;;) {
  try {
    const found = await listRuns();
    if (JSON.stringify(found) !== JSON.stringify(runs) || runs.length === 0) {
      runs = found;
      show();
    }
    status.textContent = describe(runs);
    await wait(LOOK_AGAIN);
  } catch (error) {
    status.textContent = error instanceof Unreachable ? `${messageOf(error)}; trying again …` : messageOf(error);
    await wait(TRY_AGAIN);
  }
}

function describe({ length }: readonly Run[]): string {
  if (length === 0) return 'No runs yet: `spikeray train SCENE` makes one.';
  return length === 1 ? '1 run' : `${length} runs`;
}

function show(): void {
  const { key } = ORDERS[sort.value];
  const place = (run: Run): number => (isBroken(run) ? Infinity : key(run));
  byId('runs').replaceChildren(...[...runs].sort((a, b) => place(a) - place(b) || 0).map(card));
}

function card(run: Run): HTMLElement {
  if (isBroken(run)) {
    return element(
      'article',
      { className: 'card broken' },
      element('h2', { textContent: run.name }),
      element('p', { textContent: run.problem }),
    );
  }
  const facts = factsOf(run).map(([name, value]) =>
    element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value })),
  );
  return element(
    'a',
    { className: 'card', href: `viewer.html?run=${encodeURIComponent(run.id)}` },
    picture(run),
    element('h2', { textContent: run.name }),
    element('dl', {}, ...facts),
  );
}

function picture(run: RunSummary): HTMLElement {
  if (run.picture === null)
    return element('div', {
      className: 'picture none',
      textContent: run.training || run.trained === null ? 'in training' : 'not evaluated yet',
    });
  return element('img', { className: 'picture', src: run.picture, alt: `A view of ${run.scene.name}`, loading: 'lazy' });
}

function factsOf({ scene, neuron, trained, quality, created }: RunSummary): [string, string][] {
  return [
    ['scene', scene.name],
    ['neurons', neuron === 'relu' ? 'ReLU (ANN)' : neuron],
    ['PSNR', quality ? `${quality.psnr.toFixed(2)} dB, ${quality.split}` : '–'],
    ['energy', quality?.nanojoulesPerPixel ? `${written(quality.nanojoulesPerPixel * 1e-9, 'J')} a pixel` : '–'],
    ...sharesOf(neuron, quality?.shareOfAnn ?? null),
    ['trained', trained ? `${trained.stage} step ${trained.step}` : 'not yet saved'],
    ['date', new Date(created).toLocaleString()],
  ];
}

function sharesOf(neuron: string, shares: AnnShares | null): [string, string][] {
  return shares === null || neuron === 'relu' ? [] : SHARE_ROWS.map(({ title, of }) => [title, of(shares)]);
}
