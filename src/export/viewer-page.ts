/** The page of the viewer that needs no server, with a scene in it or beside it. */
import { SCENE_FILE } from '../baked/baked-scene.ts';
import { toBase64 } from '../io/base64.ts';
import { gzip } from '../io/gzip.ts';
import type { ExportSource } from './exporter.ts';

type Viewer = Pick<ExportSource, 'viewerFile'>;

/** Licence texts of all that is in the viewer; they go where it goes. */
export const LICENCES = 'licences.txt';

const SCRIPT = /<script type="module"[^>]*src="\.\/viewer\.js"[^>]*><\/script>/;
const STYLE = /<link rel="stylesheet"[^>]*href="\.\/viewer\.css"[^>]*>/;

/** Unpacks the page's program, a quarter of its size, and runs it: a module whose text is put into the page needs no address to load from. */
const STARTS_PROGRAM = `
  const packed = Uint8Array.from(atob(document.getElementById('program').textContent), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = document.createElement('script');
  script.type = 'module';
  script.textContent = await new Response(unpacked).text();
  document.body.append(script);
`;

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
  const program = toBase64(await gzip([(await viewerFile('viewer.js')).slice()]));
  const licences = decode(await viewerFile(LICENCES)).replaceAll('</script', '<\\/script');
  const style = decode(await viewerFile('viewer.css'));
  const page = decode(await viewerFile('viewer.html'))
    .replace(SCRIPT, '')
    .replace(STYLE, () => `<style>${style}</style>`);
  const whole = withScene(withData(page, ` type="text/plain" id="licences"`, `\n${licences}`), '', toBase64(joined(scene)));
  return encode(withData(withData(whole, ` type="application/gzip" id="program"`, program), ` type="module"`, STARTS_PROGRAM));
}

function withScene(page: string, attributes: string, content: string): string {
  return withData(page, ` type="application/vnd.spikeray.scene" id="scene"${attributes}`, content);
}

function withData(page: string, attributes: string, content: string): string {
  return page.replace('</body>', () => `<script${attributes}>${content}</script></body>`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
