/** The page of the viewer that needs no server, with a scene in it or beside it. */
import { SCENE_FILE } from '../baked/baked-scene.ts';
import type { ExportSource } from './exporter.ts';

type Viewer = Pick<ExportSource, 'viewerFile'>;

/** Licence texts of all that is in the viewer; they go where it goes. */
export const LICENCES = 'licences.txt';

const SCRIPT = /<script type="module"[^>]*src="\.\/viewer\.js"[^>]*><\/script>/;
const STYLE = /<link rel="stylesheet"[^>]*href="\.\/viewer\.css"[^>]*>/;

/** Bytes that are encoded at a time: a multiple of three. */
const BASE64_BLOCK = 3 << 13;

/** A page that loads the scene, the script and the style that lie beside it. */
export async function pageBesideScene({ viewerFile }: Viewer): Promise<Uint8Array> {
  return encode(withScene(decode(await viewerFile('viewer.html')), ` data-file="${SCENE_FILE}"`, ''));
}

/**
 * A page that holds everything.
 *
 * @param scene a baked scene's file in pieces
 */
export async function pageWithScene({ viewerFile }: Viewer, scene: readonly Uint8Array[]): Promise<Uint8Array> {
  // A module may hold the text that ends a script; there it is escaped, as strings allow.
  const script = decode(await viewerFile('viewer.js')).replaceAll('</script', '<\\/script');
  const licences = decode(await viewerFile(LICENCES)).replaceAll('</script', '<\\/script');
  const style = decode(await viewerFile('viewer.css'));
  const page = decode(await viewerFile('viewer.html'))
    .replace(SCRIPT, () => `<script type="module">${script}</script>`)
    .replace(STYLE, () => `<style>${style}</style>`);
  return encode(withScene(withData(page, ` type="text/plain" id="licences"`, `\n${licences}`), '', base64(scene)));
}

function withScene(page: string, attributes: string, content: string): string {
  return withData(page, ` type="application/vnd.spikeray.scene" id="scene"${attributes}`, content);
}

function withData(page: string, attributes: string, content: string): string {
  return page.replace('</body>', () => `<script${attributes}>${content}</script></body>`);
}

function base64(parts: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  const blocks: string[] = [];
  for (let i = 0; i < bytes.length; i += BASE64_BLOCK) blocks.push(btoa(String.fromCharCode(...bytes.subarray(i, i + BASE64_BLOCK))));
  return blocks.join('');
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
