/** The gallery: runs as cards or as a table, looked at again every few seconds; what is chosen is kept in the address. */
import { listRuns, Unreachable } from './api.ts';
import { byId, element, setOptions, wait } from './elements.ts';
import { messageOf } from './messages.ts';
import { runCard } from './run-card.ts';
import { byScene, isBroken, matching, ORDERS, RUN_FACTS, sorted, type Run } from './run-facts.ts';
import { runTable } from './run-table.ts';

/** Milliseconds between two looks at the runs, and between two tries to reach a server that is away. */
const LOOK_AGAIN = 10_000;
const TRY_AGAIN = 1500;

const status = byId('status');
const sort = byId<HTMLSelectElement>('sort');
const filter = byId<HTMLInputElement>('filter');
const shown = byId<HTMLSelectElement>('shown');
const grouped = byId<HTMLInputElement>('grouped');
const compare = byId<HTMLAnchorElement>('compare');
const selected = new Set<string>();
let backward = false;
let runs: readonly Run[] = [];

setOptions(
  sort,
  ORDERS.map(({ key, title }) => [key, title]),
);
readAddress();
sort.addEventListener('change', () => {
  backward = false;
  show();
});
for (const input of [shown, grouped]) input.addEventListener('change', show);
filter.addEventListener('input', show);

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
  const found = matching(runs, filter.value).length;
  const all = length === 1 ? '1 run' : `${length} runs`;
  return found === length ? all : `${found} of ${all}`;
}

function show(): void {
  const order = RUN_FACTS.find(({ key }) => key === sort.value)!;
  const list = sorted(matching(runs, filter.value), order, backward);
  const groups = grouped.checked ? byScene(list) : [{ title: '', runs: list }];
  const table = shown.value === 'table';
  document.body.classList.toggle('tabular', table);
  const focused = focusedControl();
  byId('runs').replaceChildren(
    ...groups.flatMap((group) => [
      ...(group.title === '' ? [] : [element('h2', { className: 'group', textContent: `${group.title} (${group.runs.length})` })]),
      table
        ? runTable(group.runs, { label: group.title || 'Runs', order: order.key, backward, selected, sort: sortBy, select })
        : element('div', { className: 'cards' }, ...group.runs.map(runCard)),
    ]),
  );
  // The control that was used is another one now.
  if (focused !== null) controls(focused.key)[focused.place]?.focus();
  if (runs.length > 0) status.textContent = describe(runs);
  offerComparison();
  keepAddress();
}

/** With this key, one in each group's table. */
function controls(key: string): HTMLElement[] {
  return [...byId('runs').querySelectorAll<HTMLElement>('[data-key]')].filter(({ dataset }) => dataset.key === key);
}

/** What has the focus among the runs; null: nothing there. */
function focusedControl(): { readonly key: string; readonly place: number } | null {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement ? focused.dataset.key : undefined;
  return key === undefined ? null : { key, place: controls(key).indexOf(focused as HTMLElement) };
}

/** By a column of the table; once more: the other way round. */
function sortBy(key: string): void {
  backward = sort.value === key && !backward;
  sort.value = key;
  show();
}

function select(id: string, on: boolean): void {
  if (on) selected.add(id);
  else selected.delete(id);
  offerComparison();
  keepAddress();
}

function offerComparison(): void {
  const there = [...selected].filter((id) => runs.some((run) => run.id === id && !isBroken(run)));
  compare.hidden = there.length < 2;
  compare.textContent = `Compare ${there.length} runs`;
  compare.href = `compare.html?${new URLSearchParams({ runs: there.join(',') })}`;
}

function readAddress(): void {
  const from = new URLSearchParams(location.search);
  const order = ORDERS.find(({ key }) => key === from.get('sort')) ?? ORDERS[0];
  sort.value = order.key;
  backward = from.get('backward') === '1';
  filter.value = from.get('find') ?? '';
  shown.value = from.get('shown') === 'table' ? 'table' : 'cards';
  grouped.checked = from.get('grouped') === '1';
  for (const id of (from.get('runs') ?? '').split(',').filter(Boolean)) selected.add(id);
}

function keepAddress(): void {
  const to = new URLSearchParams();
  if (sort.value !== ORDERS[0].key) to.set('sort', sort.value);
  if (backward) to.set('backward', '1');
  if (filter.value !== '') to.set('find', filter.value);
  if (shown.value === 'table') to.set('shown', 'table');
  if (grouped.checked) to.set('grouped', '1');
  if (selected.size > 0) to.set('runs', [...selected].join(','));
  history.replaceState(history.state, '', to.size === 0 ? location.pathname : `?${to}`);
}
