/** A table with a head, whose first column names the rows; wide ones are scrolled, also with the keyboard. */
import { element } from './elements.ts';

export function plainTable(label: string, heads: readonly string[], rows: readonly (readonly (string | Node)[])[]): HTMLElement {
  const head = element('tr', {}, ...heads.map((textContent) => element('th', { scope: 'col', textContent })));
  const body = rows.map(([first, ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map((cell) => element('td', {}, cell))),
  );
  const table = element('table', { label }, element('thead', {}, head), element('tbody', {}, ...body));
  return scrolled(label, table);
}

/** A wide table is scrolled, also with the keyboard. */
export function scrolled(label: string, table: HTMLTableElement): HTMLElement {
  return element('div', { className: 'table', tabIndex: 0, role: 'region', label: `${label}, as a table` }, table);
}
