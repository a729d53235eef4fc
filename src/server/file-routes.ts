/** Static files: the built application, and what lies in run folders to be looked at. */
import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router, type RequestHandler } from 'express';
import { STATIC_VIEWER } from '../node/static-viewer.ts';
import { servedOfflineScript } from '../node/studio-files.ts';
import { HttpError } from './http-error.ts';
import type { RunLibrary } from './run-library.ts';
import { pathInside, sendFile } from './safe-files.ts';

/** Where `npm run build` puts the application, beside the compiled sources. */
const APPLICATION = fileURLToPath(new URL('../../web-viewer/', import.meta.url));

/** Parts of a run that may be looked at; checkpoints and settings are read through the API alone. */
const SHOWN = new Set(['eval', 'render', 'report', 'export']);

const ASSETS = join(APPLICATION, 'assets') + sep;

/** Files under assets/ carry a hash of their content in their name. */
export function applicationFiles(): RequestHandler {
  return express.static(APPLICATION, {
    // /studio is /studio.html.
    extensions: ['html'],
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', path.startsWith(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** What the studio puts into the pages that it exports. */
export function viewerFiles(): RequestHandler {
  return express.static(STATIC_VIEWER, { setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache') });
}

/** Has browsers keep the studio, whose runs lie in them. */
export const offlineFile: RequestHandler = async (_, response) => {
  response.setHeader('Cache-Control', 'no-cache');
  response.type('js').send(Buffer.from(await servedOfflineScript()));
};

/** Pages of a run were written by somebody: they run their own scripts, but reach nothing of this server. */
const SANDBOX =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: 'self'; sandbox allow-scripts allow-downloads";

export function runFiles(library: RunLibrary): Router {
  const router = Router();
  router.get('/:id/*path', async (request, response) => {
    const { id, path } = request.params as unknown as { id: string; path: string[] };
    const run = await library.find(id);
    const file = SHOWN.has(path[0]) ? await pathInside(run.folder, path) : null;
    if (file === null || !(await stat(file)).isFile())
      throw new HttpError(404, `There is no file ${path.join('/')} in the run ${run.name}.`);
    response.setHeader('Content-Security-Policy', SANDBOX);
    await sendFile(response, file, 0);
  });
  return router;
}
