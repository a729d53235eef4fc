/** A table in Markdown, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[tableHead(head), ...rows.map(tableRow)].join('\n')}\n`;
}

export function tableHead(head: readonly string[]): string {
  return `${tableRow(head)}\n${tableRow(head.map((_, i) => (i === 0 ? '---' : '--:')))}`;
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
