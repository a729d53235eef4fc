/** HTML as text, with everything that comes from outside escaped. */

/** Markup that is safe as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type HtmlValue = Html | string | number | readonly HtmlValue[];

/** html`<p>${text}</p>`: strings and numbers are escaped, Html and lists of it are not. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

export function raw(text: string): Html {
  return new Html(text);
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly numeric?: boolean;
}

export function htmlTable(columns: readonly Column[], rows: readonly (readonly HtmlValue[])[], footer: readonly HtmlValue[] = []): Html {
  // A column without a title has no head.
  const cells = (kind: 'td' | 'th', values: readonly HtmlValue[]): Html[] =>
    values.map((value, c) => {
      const tag = value === '' ? 'td' : kind;
      return html`${raw(`<${tag}${columns[c]?.numeric === true ? ' class="n"' : ''}>`)}${value}${raw(`</${tag}>`)}`;
    });
  const foot =
    footer.length > 0
      ? html`<tfoot>
          <tr>
            ${cells('td', footer)}
          </tr>
        </tfoot>`
      : html``;
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${cells(
            'th',
            columns.map(({ title }) => title),
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${cells('td', row)}
            </tr> `,
        )}
      </tbody>
      ${foot}
    </table>
  </div>`;
}
