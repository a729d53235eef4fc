/** The viewer's page: reads which run is wanted, and opens it as soon as a server answers. */
import { readRun, Refusal } from './api.ts';
import { byId, wait } from './elements.ts';
import { serverHost } from './server-host.ts';
import { say, ViewerPage } from './viewer-page.ts';

const TRY_AGAIN = 1500;

const run = new URLSearchParams(location.search).get('run') ?? '';
for (;;) {
  try {
    new ViewerPage(byId('stage'), serverHost(await readRun(run)));
    break;
  } catch (error) {
    if (error instanceof Refusal) {
      say(error.message);
      break;
    }
    if (!(error instanceof TypeError)) throw error;
    say('The server does not answer; trying again …');
    await wait(TRY_AGAIN);
  }
}
