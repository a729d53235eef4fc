/** A folder with a viewer and the baked scene, which any static host can serve. */
import { byteSize } from '../base/format.ts';
import { SCENE_FILE } from '../baked/baked-scene.ts';
import type { Exporter } from './exporter.ts';
import { LICENCES, pageBesideScene } from './viewer-page.ts';

export const webExporter: Exporter = {
  name: 'web',
  summary: 'a folder with a viewer and the baked scene, which any static host can serve',
  out: 'export/web',
  needs: [],
  async *files(source) {
    const scene = await source.baked();
    yield { path: SCENE_FILE, content: scene };
    for (const name of ['viewer.js', 'viewer.css', LICENCES]) yield { path: name, content: [await source.viewerFile(name)] };
    yield { path: 'index.html', content: [await pageBesideScene(source)] };
    const bytes = scene.reduce((sum, part) => sum + part.length, 0);
    return { json: { scene: SCENE_FILE, bytes }, text: `the scene takes ${byteSize(bytes)}; serve the folder from any static host` };
  },
};
