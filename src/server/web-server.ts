/**
 * The web server: gallery and viewer (the built application), a JSON API on the runs, their pictures and reports, and frames drawn here.
 *
 *     GET  /api/about                                  { version, renders }
 *     GET  /api/runs                                   { runs: (RunSummary | BrokenRun)[] }
 *     GET  /api/runs/ID                                RunDetails
 *     GET  /api/runs/ID/config                         its settings
 *     GET  /api/runs/ID/metrics                        MetricsFile (src/run/metrics-file.ts)
 *     GET  /api/runs/ID/photos/SPLIT/INDEX[?width=N]   WebP
 *     GET  /api/runs/ID/scene                          its field, baked (src/baked/baked-scene.ts)
 *     GET  /api/runs/ID/live                           events of its training; 204 if it is not trained here
 *     POST /api/runs/ID/live                           { paused }
 *     POST /api/runs/ID/up                             { up }: which way is up, saved with the run; with a token, or on this machine alone
 *     POST /api/runs/ID/frames                         a stream of frames (src/frames/frame-message.ts)
 *     POST /api/runs/ID/probe                          RayProbe (src/frames/ray-probe.ts)
 *     GET  /static-viewer/NAME                         the viewer of exported pages
 *     GET  /offline.js                                 the studio's service worker, with the list of what it keeps
 *     GET  /runs/ID/PATH                               files below the run's eval/, render/, report/ and export/
 *
 * It trusts nobody: names that are not its own are refused (access.ts), pages may load nothing from elsewhere, what lies in run folders is shown without access to the rest.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import { InputError } from '../base/errors.ts';
import { VERSION } from '../run/version.ts';
import type { Reporter } from '../base/events.ts';
import { askForToken, isLoopback, refuseOtherNames } from './access.ts';
import { applicationFiles, offlineFile, runFiles, viewerFiles } from './file-routes.ts';
import { FieldShelf } from './field-shelf.ts';
import { FieldVersions } from './field-versions.ts';
import { answerErrors, HttpError } from './http-error.ts';
import { liveRoutes } from './live-routes.ts';
import type { LiveTraining } from '../frames/live-training.ts';
import { RenderQueue } from '../frames/render-queue.ts';
import { runRoutes } from './run-routes.ts';
import { RunLibrary } from './run-library.ts';
import { takeConnections } from './take-connections.ts';
import { SceneShelf } from './scene-shelf.ts';

export interface ServeOptions {
  /** Run folders, or folders with runs somewhere in them. */
  readonly served: readonly string[];
  readonly host: string;
  /** Under which it may be asked, besides this machine's own. */
  readonly names?: readonly string[];
  /** Whoever does not know it is refused; null: nobody is. */
  readonly token?: string | null;
  /** 0: any free one. */
  readonly port: number;
  /** Threads of the wasm backend; undefined: all cores, at most 16. */
  readonly threads?: string;
  /** The run that this process trains. */
  readonly live?: LiveTraining;
  readonly report: Reporter;
}

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws InputError if a folder does not exist, or the port is taken or may not be used */
export async function startWebServer(options: ServeOptions): Promise<WebServer> {
  const { served, host, names = [], token = null, threads, live = null, report } = options;
  const library = new RunLibrary(served);
  await library.list();
  const versions = new FieldVersions();
  const shelf = new FieldShelf(versions, threads, report);
  const scenes = new SceneShelf(versions);
  const queue = new RenderQueue();
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(refuseOtherNames(host, names));
  if (token !== null) app.use(askForToken(token));
  app.use(security);
  app.use(compression());
  app.get('/api/about', (_, response) => {
    response.json({ version: VERSION, renders: 'the server, on its wasm backend' });
  });
  app.use('/api/runs', runRoutes({ library, shelf, scenes, queue, live, writes: token !== null || isLoopback(host), report }));
  app.use('/api/runs', liveRoutes(library, live));
  app.use('/api', () => {
    throw new HttpError(404, 'There is no such part of the API.');
  });
  app.use('/runs', runFiles(library));
  app.use('/static-viewer', viewerFiles());
  app.get('/offline.js', offlineFile);
  app.use(applicationFiles());
  app.use((request) => {
    throw new HttpError(
      request.method === 'GET' || request.method === 'HEAD' ? 404 : 405,
      `${request.method} ${request.path}: there is no such page.`,
    );
  });
  app.use(answerErrors(report));
  const server = await listen(app, options);
  const others = takeConnections(server);
  void queue.drive(others);
  if (live !== null) live.others = others;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}/${token === null ? '' : `?token=${encodeURIComponent(token)}`}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await shelf.dispose();
      await scenes.dispose();
    },
  };
}

/** Milliseconds for the head and for all of a request: whoever sends halves holds no connection for long. */
const LIMITS = { headersTimeout: 15_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

/** Connections that may wait to be taken: one beyond is not told so, and comes again after seconds only. */
const BACKLOG = 4096;

function listen(app: Express, { host, port }: ServeOptions): Promise<Server> {
  const server = createServer(LIMITS, app);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
      reject(
        new InputError(
          `cannot listen on ${host}, port ${port}: ${why}`,
          'Choose another port with --port, or another address with --host.',
          { cause: error },
        ),
      );
    });
    server.listen({ port, host, backlog: BACKLOG }, () => {
      resolve(server);
    });
  });
}

/** Nothing from elsewhere; isolated, so that workers may share memory. */
const security: RequestHandler = (_, response, next) => {
  response.set({
    'Content-Security-Policy':
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  next();
};
