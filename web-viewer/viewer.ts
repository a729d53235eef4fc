/** The viewer's page: reads which run is wanted, and opens it as soon as a server answers. */
import { readRun, Unreachable } from './api.ts';
import { byId, element, wait } from './elements.ts';
import { messageOf, say } from './messages.ts';
import { serverHost } from './server-host.ts';
import { ViewerPage } from './viewer-page.ts';

const TRY_AGAIN = 1500;

const run = new URLSearchParams(location.search).get('run') ?? '';
if (run === '') {
  say('The address of this page names no run. ');
  byId('status').append(element('a', { href: './index.html', textContent: 'Choose one in the gallery.' }));
} else {
  await open();
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
