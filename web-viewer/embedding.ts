/** What other pages need to show the scene: an iframe with the view as it is now, and a scene of three.js. */
import example from './examples/three.ts?raw';
import { byId } from './elements.ts';

export interface EmbeddedView {
  /** The run's name. */
  readonly name: string;
  /** The query of an address that shows the view without the page's own controls. */
  query(): string;
  /** Whether this page needs no server: others may show it where it lies. */
  readonly standsAlone: boolean;
}

/** Where an exported page will lie. */
const SOMEWHERE = 'https://example.org/scene/index.html';

/** Fills the panel's texts and wires their buttons. @returns writes the texts anew, as the view is now */
export function offerEmbedding(view: EmbeddedView): () => void {
  const frame = byId<HTMLTextAreaElement>('embed-frame');
  const three = byId<HTMLTextAreaElement>('embed-three');
  const refresh = (): void => {
    const text = iframeOf(view);
    if (frame.value === text) return;
    frame.value = text;
    byId('embed-status').textContent = '';
  };
  three.value = example;
  for (const text of [frame, three])
    byId(`${text.id}-copy`).addEventListener('click', () => {
      refresh();
      void copy(text);
    });
  return refresh;
}

async function copy(text: HTMLTextAreaElement): Promise<void> {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    byId('embed-status').textContent = 'Copied.';
  } catch {
    // Browsers let pages write there only over https and on this machine, and some ask.
    byId('embed-status').textContent = 'It is marked: copy it with Ctrl C.';
  }
}

function iframeOf({ name, query, standsAlone }: EmbeddedView): string {
  const { protocol, origin, pathname } = location;
  const page = !standsAlone ? SOMEWHERE : protocol === 'file:' ? pathname.slice(pathname.lastIndexOf('/') + 1) : origin + pathname;
  const quoted = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<iframe src="${quoted(page + query())}" title="${quoted(name)}" width="800" height="450" style="border: 0" allowfullscreen></iframe>`;
}
