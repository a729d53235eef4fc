/** The viewer's page without a server: the scene is a file beside it, or part of it (src/export/viewer-page.ts). */
import { InputError } from '../src/base/errors.ts';
import { openBaked } from './baked-host.ts';
import { byId } from './elements.ts';
import { messageOf, say } from './messages.ts';
import { ViewerPage } from './viewer-page.ts';

document.body.classList.add('baked');
const place = byId('scene');
const file = place.dataset.file ?? 'The scene in this page';
try {
  const bytes = place.dataset.file === undefined ? bytesOf(place.textContent) : await load(file);
  new ViewerPage(byId('stage'), await openBaked({ id: '', bytes, file }));
} catch (error) {
  say(messageOf(error));
}

async function load(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path).catch((cause: unknown) => {
    throw new InputError(`${path} cannot be loaded`, 'Serve the folder: a page that is opened as a file may not read others.', { cause });
  });
  if (!response.ok)
    throw new InputError(`${path} cannot be loaded: ${response.status} ${response.statusText}`, 'Copy it beside this page.');
  const total = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new InputError(`${path} was cut off after ${length} bytes`, 'Load the page again.', { cause });
    });
    if (done) break;
    chunks.push(value);
    length += value.length;
    byId('status').textContent = `Loading the scene: ${megabytes(length)}${total > 0 ? ` of ${megabytes(total)}` : ''} MB`;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
