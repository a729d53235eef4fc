/** `spikeray serve [RUN|FOLDER ...]`: gallery and viewer in the browser. */
import { wholeNumber } from '../../base/option-values.ts';
import { MOST_THREADS, USUAL_THREADS } from '../../backends/wasm/lanes.ts';
import { threadsOf } from '../../node/backend-request.ts';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import { isLoopback } from '../../server/access.ts';
import { startWebServer } from '../../server/web-server.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import { addOutputOptions, collect, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';
import { DEFAULT_PORT } from '../terminal/train-under-view.ts';
import { writeNotice } from '../terminal/terminal.ts';

interface ServeOptions extends OutputOptions {
  readonly host: string;
  readonly port: string;
  readonly allowName?: readonly string[];
  readonly token?: string | true;
  readonly open?: boolean;
  readonly threads?: string;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serves a gallery of runs and a viewer for each of them, until Ctrl-C.')
    .argument('[folders...]', 'run folders, or folders with runs in them (default: runs)')
    .optionsGroup('Network:')
    .option('--host <address>', 'address to listen on; others than this machine can reach it only if it is not 127.0.0.1', '127.0.0.1')
    .option('--allow-name <name>', 'name of this machine under which others may ask for it, may be repeated', collect)
    .option('--token [text]', 'answer only to those who know this token, in the printed address; without a text, one is made up')
    .option('--port <n>', 'port to listen on; 0: any free one', String(DEFAULT_PORT))
    .option('--open', 'open the gallery in the browser')
    .optionsGroup('Drawing:')
    .option('--threads <n>', `threads that draw: a whole number from 1 to ${MOST_THREADS} (default: ${USUAL_THREADS})`)
    .action((folders: string[], options: ServeOptions) => serve(folders, options));
  return addOutputOptions(command);
}

async function serve(folders: readonly string[], options: ServeOptions): Promise<void> {
  await runAction(options, async (report) => {
    threadsOf(options);
    const served = folders.length > 0 ? folders : ['runs'];
    const { host, allowName: names, token } = options;
    if (token === '') throw new InputError('--token: expected a text, found none', 'Leave the text out, and one is made up.');
    const server = await startWebServer({
      served,
      host,
      names,
      token: token === true ? randomBytes(16).toString('hex') : (token ?? null),
      port: wholeNumber('--port', options.port, 0, 65535),
      threads: options.threads,
      report,
    });
    if (!isLoopback(host)) writeNotice(opened(served, token !== undefined));
    writeNotice(`${server.url}  (Ctrl-C ends)`);
    if (options.open === true) openInBrowser(server.url);
    await untilInterrupted();
    await server.close();
    return { json: { url: server.url }, text: '' };
  });
}

/** What listening beyond this machine opens. */
function opened(served: readonly string[], asksForToken: boolean): string {
  const who = asksForToken ? 'whoever has the address with its token' : 'everybody who can reach this machine (--token would ask for one)';
  return `${who} can see all runs below ${served.join(', ')}, the photos of their scenes, and let this machine draw`;
}

function openInBrowser(url: string): void {
  const [program, ...before] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? ['xdg-open'];
  const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true });
  child.once('error', () => {
    writeNotice(`no browser could be started; open ${url}`);
  });
  child.unref();
}
