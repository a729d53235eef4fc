/** Runs of the gallery as a table: a column each fact, sorted by a click on its title; runs are chosen to be compared. */
import { element } from './elements.ts';
import { scrolled } from './plain-table.ts';
import { viewerPath } from './run-card.ts';
import { isBroken, RUN_FACTS, type Run } from './run-facts.ts';

export interface TableState {
  readonly label: string;
  /** Key of the fact that the runs are sorted by. */
  readonly order: string;
  readonly backward: boolean;
  /** Ids of runs. */
  readonly selected: ReadonlySet<string>;
  readonly sort: (key: string) => void;
  readonly select: (id: string, on: boolean) => void;
}

export function runTable(runs: readonly Run[], state: TableState): HTMLElement {
  const table = element('table', { label: state.label }, head(state), element('tbody', {}, ...runs.map((run) => row(run, state))));
  return scrolled(state.label, table);
}

function head({ order, backward, sort }: TableState): HTMLElement {
  const columns = RUN_FACTS.map(({ key, title, greatestFirst }) => {
    const button = element('button', { textContent: title, data: { key } });
    button.addEventListener('click', () => {
      sort(key);
    });
    const cell = element('th', { scope: 'col' }, button);
    if (key === order) cell.setAttribute('aria-sort', (greatestFirst === true) === backward ? 'ascending' : 'descending');
    return cell;
  });
  return element(
    'thead',
    {},
    element(
      'tr',
      {},
      element('th', { scope: 'col', textContent: 'compare' }),
      element('th', { scope: 'col', textContent: 'run' }),
      ...columns,
    ),
  );
}

function row(run: Run, { selected, select }: TableState): HTMLElement {
  if (isBroken(run)) {
    const problem = element('td', { className: 'problem', colSpan: RUN_FACTS.length, textContent: run.problem });
    return element('tr', {}, element('td'), element('th', { scope: 'row', textContent: run.name }), problem);
  }
  const box = element('input', { type: 'checkbox', checked: selected.has(run.id), label: `Compare ${run.name}`, data: { key: run.id } });
  box.addEventListener('change', () => {
    select(run.id, box.checked);
  });
  return element(
    'tr',
    {},
    element('td', {}, box),
    element('th', { scope: 'row' }, element('a', { href: viewerPath(run.id), textContent: run.name })),
    ...RUN_FACTS.map(({ text }) => element('td', { textContent: text(run) ?? '' })),
  );
}
