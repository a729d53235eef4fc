/** The viewer without a server, with a scene: a folder that any static host can serve, or one page that holds everything. */
import { fileURLToPath } from 'node:url';
import { SCENE_FILE } from '../baked/baked-scene.ts';
import { InputError } from '../base/errors.ts';
import { nodeFiles } from './node-files.ts';

/** Where `npm run build` puts it, beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../static-viewer/', import.meta.url));

/** Of all that is in the viewer; they go where it goes. */
const LICENCES = 'licences.txt';

const SCRIPT = /<script type="module"[^>]*src="\.\/viewer\.js"[^>]*><\/script>/;
const STYLE = /<link rel="stylesheet"[^>]*href="\.\/viewer\.css"[^>]*>/;

/** @param scene a baked scene's file in pieces */
export async function writeSite(folder: string, scene: readonly Uint8Array[]): Promise<void> {
  await nodeFiles.writeAtomic(`${folder}/${SCENE_FILE}`, scene);
  for (const name of ['viewer.js', 'viewer.css', LICENCES]) await nodeFiles.writeAtomic(`${folder}/${name}`, [await readBuilt(name)]);
  await nodeFiles.writeAtomic(`${folder}/index.html`, [encode(withScene(await readText('viewer.html'), ` data-file="${SCENE_FILE}"`, ''))]);
}

/** @param scene a baked scene's file in pieces */
export async function onePage(scene: readonly Uint8Array[]): Promise<Uint8Array> {
  // A module may hold the text that ends a script; there it is escaped, as strings allow.
  const script = (await readText('viewer.js')).replaceAll('</script', '<\\/script');
  const licences = (await readText(LICENCES)).replaceAll('</script', '<\\/script');
  const style = await readText('viewer.css');
  const page = (await readText('viewer.html'))
    .replace(SCRIPT, () => `<script type="module">${script}</script>`)
    .replace(STYLE, () => `<style>${style}</style>`);
  const all = withData(page, ` type="text/plain" id="licences"`, `\n${licences}`);
  return encode(withScene(all, '', Buffer.concat(scene).toString('base64')));
}

function withScene(page: string, attributes: string, content: string): string {
  return withData(page, ` type="application/vnd.spikeray.scene" id="scene"${attributes}`, content);
}

function withData(page: string, attributes: string, content: string): string {
  return page.replace('</body>', () => `<script${attributes}>${content}</script></body>`);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const readText = async (name: string): Promise<string> => new TextDecoder().decode(await readBuilt(name));

async function readBuilt(name: string): Promise<Uint8Array> {
  try {
    return await nodeFiles.read(BUILT + name);
  } catch (cause) {
    throw new InputError(`The built viewer is missing: ${BUILT}${name}`, 'Run `npm run build`.', { cause });
  }
}
