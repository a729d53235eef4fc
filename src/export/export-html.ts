/** The viewer and the baked scene in one page that opens as a file. */
import { byteSize } from '../base/format.ts';
import type { Exporter } from './exporter.ts';
import { pageWithScene } from './viewer-page.ts';

export const htmlExporter: Exporter = {
  name: 'html',
  summary: 'the same in one page that opens as a file',
  out: 'export/scene.html',
  needs: [],
  async *files(source) {
    const page = await pageWithScene(source, await source.baked());
    yield { path: '', content: [page] };
    return { json: { bytes: page.length }, text: `${byteSize(page.length)}; opens in any browser` };
  },
};
