/** What comes of a run: measured, looked at, and taken along as files. */
import { byteSize } from '../../src/base/format.ts';
import type { PixelBuffer } from '../../src/io/files.ts';
import { KEPT } from '../../src/page/kept-paths.ts';
import { pageFile } from '../../src/page/page-files.ts';
import { byId, element } from '../elements.ts';
import { ask, once, status } from './desk.ts';
import type { Studied, Taken } from './take-along.ts';

export async function evaluate(run: string): Promise<void> {
  const { psnr, ssim, views, split } = await once('evaluate', { run, every: 1 });
  status.textContent = `${run}: ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)} over ${views} views of ${split}.`;
}

export async function download(run: string, scene: boolean): Promise<void> {
  status.textContent = `Packing ${run} …`;
  const file = await save(await ask('pack', { run, scene }), `${run}.zip`);
  status.textContent = `${run}.zip: ${byteSize(file.size)}. Unpacked, \`spikeray resume\`, \`eval\` and \`serve\` take it.`;
}

/** Its charts are drawn here: the page has them already. If that fails, the worker goes, and with it its hold of the run. */
export async function report(run: string): Promise<void> {
  const path = await once('report', { run }, (event, worker) => {
    if (event.type !== 'studied') return;
    void drawReport(event.studied).then(
      (page) => {
        worker.tell({ type: 'drawn', page });
      },
      (error: Error) => {
        worker.end(error);
      },
    );
  });
  await saveAs(run, path);
}

async function drawReport({ study, measurement }: Studied): Promise<string> {
  const { studyPage } = await import('../../src/energy/report/study-page.ts');
  const codec = { encodePng: async (image: PixelBuffer) => (await import('../../src/page/png.ts')).encodePng(image) };
  return studyPage(study, { codec, run: measurement });
}

export async function take(run: string, what: Taken): Promise<void> {
  await saveAs(run, await once('take', { run, what }));
}

/** With the name of the run before that of the file. */
async function saveAs(run: string, path: string): Promise<void> {
  const name = `${run}-${path.slice(path.lastIndexOf('/') + 1)}`.replace(`${run}-${run}-`, `${run}-`);
  const file = await save(path, name);
  status.textContent = `${name}: ${byteSize(file.size)}.`;
}

/** A file that the page keeps goes to where the browser puts downloads. */
async function save(path: string, name: string): Promise<File> {
  const file = await pageFile(path);
  const link = element('a', { href: URL.createObjectURL(file), download: name });
  link.click();
  return file;
}

/**
 * The viewer of exported scenes, in this page.
 *
 * @param twin what is seen beside it; null: nothing
 */
export async function look(run: string, twin: string | null): Promise<void> {
  for (const name of [run, ...(twin === null ? [] : [twin])]) await once('take', { run: name, what: 'scene' });
  const wanted = new URLSearchParams({ run: KEPT + run, ...(twin !== null && { beside: KEPT + twin }) });
  const address = `./viewer.html?${wanted}`;
  byId<HTMLAnchorElement>('look-alone').href = address;
  byId('look-title').textContent = `The field of ${run}`;
  byId('look-place').replaceChildren(element('iframe', { src: address, title: `The field of ${run}` }));
  byId('look-part').hidden = false;
  byId('look-part').scrollIntoView({ block: 'nearest' });
}

export function closeLook(): void {
  byId('look-place').replaceChildren();
  byId('look-part').hidden = true;
}
