/** Small helpers around the page's elements. */

type Properties<T> = { [K in keyof T]?: T[K] } & { readonly data?: Readonly<Record<string, string>>; readonly label?: string };

/** An element with properties and children; `label` is its name for those who do not see it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const { data, label, ...rest } = properties as Properties<HTMLElement>;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data ?? {})) made.dataset[name] = value;
  if (label !== undefined) made.setAttribute('aria-label', label);
  made.append(...children);
  return made;
}

/** The element of the page with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element ${id}.`);
  return found as T;
}

export function setOptions(select: HTMLSelectElement, options: readonly (readonly [value: string, text: string])[], chosen?: string): void {
  select.replaceChildren(...options.map(([value, text]) => element('option', { value, textContent: text })));
  if (chosen !== undefined) select.value = chosen;
}

export const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
