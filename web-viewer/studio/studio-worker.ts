/** The studio's worker: keeps scenes and runs, trains and measures. The jobs are those of the command line; the page is another machine to them. */
import { z } from 'zod';
import { SpikeRayError } from '../../src/base/errors.ts';
import type { ProgressEvent, Reporter } from '../../src/base/events.ts';
import { Library } from '../../src/page/library.ts';
import { openPageFiles } from '../../src/page/page-files.ts';
import { lockPageFolder } from '../../src/page/page-lock.ts';
import { answers, type Studio } from './studio-answers.ts';
import type { FromStudio, RequestName, StudioEvent, ToStudio } from './studio-messages.ts';
import type { Studied } from './take-along.ts';
import { TrainingHere } from './training-here.ts';

// Pages may not make code from texts; zod would try.
z.config({ jitless: true });

const report: Reporter = (event: ProgressEvent) => {
  tellEvent({ type: 'progress', event });
};

let tab = '';
let opened: Promise<Studio> | undefined;
const training = new TrainingHere(tellEvent);

async function open(): Promise<Studio> {
  const files = await openPageFiles(tab);
  return { files, tab, library: new Library(files, lockPageFolder(files)), training, report, draw };
}

/** Takes the page of the report that is made. */
let drawn: (page: string) => void = () => undefined;

/** If the page fails, it ends this worker. */
function draw(studied: Studied): Promise<string> {
  return new Promise((resolve) => {
    drawn = resolve;
    tellEvent({ type: 'studied', studied });
  });
}

addEventListener('message', ({ data }: MessageEvent<ToStudio>) => {
  if (data.type === 'tab') tab = data.folder;
  else if (data.type === 'ask') void answer(data);
  else if (data.type === 'pause') training.pause(data.on);
  else if (data.type === 'stop') training.stop();
  else if (data.type === 'drawn') drawn(data.page);
  else training.show(data.camera, data.scales);
});

async function answer<N extends RequestName>({ id, name, asked }: Extract<ToStudio, { type: 'ask'; name: N }>): Promise<void> {
  try {
    const studio = await (opened ??= open());
    const given = await (answers[name] as (studio: Studio, asked: unknown) => Promise<unknown>)(studio, asked);
    tell({ type: 'answer', id, answer: given });
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof SpikeRayError) tell({ type: 'failed', id, name: error.name, message, fix: error.fix });
    else if (error instanceof RangeError && /memory|allocation|array length/i.test(message))
      tell({
        type: 'failed',
        id,
        name: 'MemoryError',
        message: `the browser gives no more memory: ${message}`,
        fix: 'Use smaller images or fewer voxels, or close other tabs.',
      });
    else {
      console.error(error);
      const fix = 'Load the page again: what was saved is kept. The console of the browser says more.';
      tell({ type: 'failed', id, name: 'Error', message: `something is wrong in the page itself: ${message}`, fix });
    }
  }
}

function tellEvent(event: StudioEvent): void {
  tell({ type: 'event', event });
}

function tell(message: FromStudio): void {
  postMessage(message);
}
