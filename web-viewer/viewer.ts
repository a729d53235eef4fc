/** The viewer's page: reads which run is wanted, and opens it as soon as a server answers. */
import { z } from 'zod';
import { InputError } from '../src/base/errors.ts';
import { bakedOf, KEPT } from '../src/page/kept-paths.ts';
import { pageFile } from '../src/page/page-files.ts';
import { readRun, Unreachable } from './api.ts';
import type { BakedFile } from './baked-host.ts';
import { byId, element, wait } from './elements.ts';
import { messageOf, say } from './messages.ts';
import { serverHost } from './server-host.ts';
import { ViewerPage } from './viewer-page.ts';

// Pages may not make code from texts; zod would try.
z.config({ jitless: true });

const TRY_AGAIN = 1500;

const address = new URLSearchParams(location.search);
const run = address.get('run') ?? '';
if (run.startsWith(KEPT)) {
  await openKept(address.get('beside'));
} else if (run === '') {
  say('The address of this page names no run. ');
  byId('status').append(element('a', { href: './index.html', textContent: 'Choose one in the gallery.' }));
} else {
  await open();
}

/** Runs of the studio, which has baked them. */
async function openKept(beside: string | null): Promise<void> {
  document.body.classList.add('baked');
  try {
    const shown = await keptFile(run);
    const other = beside?.startsWith(KEPT) ? await keptFile(beside) : null;
    const { openBaked } = await import('./baked-host.ts');
    new ViewerPage(byId('stage'), await openBaked(shown, other));
  } catch (error) {
    say(messageOf(error));
  }
}

async function keptFile(id: string): Promise<BakedFile> {
  const name = id.slice(KEPT.length);
  const file = await pageFile(bakedOf(name)).catch((cause: unknown) => {
    throw new InputError(`${name}: this browser keeps no field of a run of this name`, 'Open it from the studio.', { cause });
  });
  return { id, bytes: new Uint8Array(await file.arrayBuffer()), file: bakedOf(name) };
}

async function open(): Promise<void> {
  for (;;) {
    try {
      new ViewerPage(byId('stage'), serverHost(await readRun(run)));
      return;
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        say(messageOf(error));
        return;
      }
      say(`${messageOf(error)}; trying again …`);
      await wait(TRY_AGAIN);
    }
  }
}
