/** The API on one run: what it is, what it learned, its photos, and pictures of it. */
import type { Vec3 } from '../geometry/vector.ts';
import { readdir } from 'node:fs/promises';
import express, { Router } from 'express';
import { z } from 'zod';
import { backgroundColour } from '../../datasets/background.ts';
import { nodeFiles } from '../node/node-files.ts';
import { bestView } from '../geometry/best-view.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { directionSchema, saveChosenUp } from '../run/view-file.ts';
import { readMetrics } from '../run/metrics-file.ts';
import { sceneFile } from './baked-folder.ts';
import type { FieldShelf } from './field-shelf.ts';
import type { FoundRun, RunSummary } from './find-runs.ts';
import { answerProbe } from './answer-probe.ts';
import type { ShownField } from '../frames/shown-field.ts';
import { parseFrameRequest, parseProbeRequest } from './frame-request.ts';
import { HttpError } from './http-error.ts';
import type { LiveTraining } from '../frames/live-training.ts';
import type { RenderQueue } from '../frames/render-queue.ts';
import type { RunLibrary } from './run-library.ts';
import { openPhotos, uprightViews, type RunViews } from '../jobs/run-views.ts';
import { exactWebp } from '../node/image-codec.ts';
import { nodePlaces } from '../node/node-scenes.ts';
import { sendFile } from './safe-files.ts';
import type { SceneShelf } from './scene-shelf.ts';
import { streamFrames } from './stream-frames.ts';

/** Packed already: not for the compression. */
const SCENE_TYPE = 'application/vnd.spikeray.scene';

const upSchema = z.strictObject({ up: directionSchema });

export interface Routes {
  readonly library: RunLibrary;
  readonly shelf: FieldShelf;
  readonly scenes: SceneShelf;
  readonly queue: RenderQueue;
  readonly live: LiveTraining | null;
  /** Whoever may ask may also say how a run is seen. */
  readonly writes: boolean;
  readonly report: Reporter;
}

export interface RunDetails extends RunSummary {
  readonly background: Vec3;
  readonly cameras: RunViews;
  /** Place of the camera that shows the scene best: the evaluated one with most to see. */
  readonly first: number;
  /** Other runs on the same scene, for the split screen. */
  readonly related: readonly Pick<RunSummary, 'id' | 'name' | 'neuron'>[];
  /** The related run that is its ANN twin: the one in its own folder, or else the first. */
  readonly twin: string | null;
  /** Paths below the run of pages to read. */
  readonly reports: readonly string[];
}

export function runRoutes({ library, shelf, scenes, queue, live, writes, report }: Routes): Router {
  const router = Router();

  /** The field that a run shows, that of its training while it is trained here, and the queue for it. */
  const withField = async <T>(id: string, work: (field: ShownField, of: RenderQueue) => Promise<T>): Promise<T> => {
    const run = await library.find(id);
    if (live?.folder !== run.folder || !live.state.training) return shelf.use(run, (field) => work(field, queue));
    if (live.field === null) throw new HttpError(503, 'Training is about to begin.');
    return work(live.field, live.queue);
  };

  router.get('/', async (_, response) => {
    response.set('Cache-Control', 'no-cache').json({ runs: await library.list() });
  });

  router.get('/:id', async (request, response) => {
    response.set('Cache-Control', 'no-cache').json(await detailsOf(library, request.params.id));
  });

  router.get('/:id/config', async (request, response) => {
    response.set('Cache-Control', 'no-cache').json(await configOf(library, request.params.id));
  });

  router.get('/:id/metrics', async (request, response) => {
    const { folder } = await library.find(request.params.id);
    response.set('Cache-Control', 'no-cache').json(await readMetrics(nodeFiles, `${folder}/metrics.jsonl`));
  });

  router.get('/:id/photos/:split/:index', async (request, response) => {
    const { id, split, index } = request.params;
    const width = request.query.width === undefined ? null : wholeNumber(request.query.width, 16, 1024);
    const photo = await photoOf(library, id, split, wholeNumber(index, 0, 1e6), width);
    response.set('Cache-Control', 'private, max-age=3600').type('image/webp').send(photo);
  });

  router.get('/:id/scene', async (request, response) => {
    const run = await library.find(request.params.id);
    // What is no scene is not sent, whatever its name.
    if (run.baked) await library.baked.facts(run);
    const file = run.baked ? sceneFile(run) : await scenes.file(run);
    response.type(SCENE_TYPE);
    await sendFile(response, file, 0);
  });

  router.post('/:id/up', express.json({ limit: '1kb' }), async (request, response) => {
    if (!writes)
      throw new HttpError(
        403,
        'This server changes no runs for others.',
        'Start it with --token, or without --host; the address of the page keeps it.',
      );
    const run = await library.find(request.params.id);
    if (run.baked) throw new HttpError(409, 'This is an exported scene, which is not changed.', 'The address of the page keeps it.');
    const wanted = upSchema.safeParse(request.body);
    if (!wanted.success) throw new HttpError(400, 'Expected { "up": [x, y, z] }, a direction.');
    await saveChosenUp(nodeFiles, run.folder, wanted.data.up);
    response.json({ up: wanted.data.up });
  });

  router.post('/:id/frames', express.json({ limit: '16kb' }), async (request, response) => {
    if (request.body === undefined) throw new HttpError(415, 'A frame request is a JSON document.');
    const wanted = parseFrameRequest(request.body);
    await withField(request.params.id, (field, of) => streamFrames(of, field, wanted, response, report));
  });

  router.post('/:id/probe', express.json({ limit: '16kb' }), async (request, response) => {
    const wanted = parseProbeRequest(request.body);
    const found = await withField(request.params.id, (field, of) => answerProbe(of, field, wanted));
    response.set('Cache-Control', 'no-store').json(found);
  });

  return router;
}

async function detailsOf(library: RunLibrary, id: string): Promise<RunDetails> {
  const run = await library.find(id);
  const all = await library.list();
  const summary = all.find((other) => other.id === id)!;
  if ('problem' in summary) throw new HttpError(422, summary.problem);
  const { background, cameras } = run.baked ? (await library.baked.facts(run)).about : await sceneOf(library, run);
  const related = all.filter(
    (other): other is RunSummary => !('problem' in other) && other.id !== id && other.scene.fingerprint === summary.scene.fingerprint,
  );
  const twins = summary.neuron === 'relu' ? [] : related.filter(({ neuron }) => neuron === 'relu');
  return {
    ...summary,
    background,
    cameras,
    first: firstView(summary, cameras),
    related: related.map(({ id: other, name, neuron }) => ({ id: other, name, neuron })),
    twin: (twins.find(({ name }) => name.startsWith(`${run.name}/`)) ?? twins[0])?.id ?? null,
    reports: await listReports(run.folder),
  };
}

function firstView({ showcase }: RunSummary, { views, centre, up }: RunViews): number {
  const evaluated = views.findIndex(({ split, name }) => split === showcase?.split && name === showcase.name);
  return evaluated >= 0
    ? evaluated
    : bestView(
        views.map(({ camToWorld }) => camToWorld),
        centre,
        up,
      );
}

/** The settings that a run was trained with; a baked scene has none. */
async function configOf(library: RunLibrary, id: string): Promise<object> {
  const run = await library.find(id);
  return run.baked ? {} : (await library.record(id)).config;
}

async function sceneOf(library: RunLibrary, { id, folder }: FoundRun): Promise<Pick<RunDetails, 'background' | 'cameras'>> {
  const record = await library.record(id);
  const cameras = await uprightViews(nodeFiles, await library.viewsOf(record), folder);
  return { background: backgroundColour(record.config.scene.background), cameras };
}

/** A baked scene has thumbnails alone. */
async function photoOf(library: RunLibrary, id: string, split: string, index: number, width: number | null): Promise<Buffer> {
  const run = await library.find(id);
  if (run.baked) {
    const thumbnail = width === null ? null : await library.baked.thumbnail(run, split, index);
    if (thumbnail === null) throw new HttpError(404, `The baked scene ${run.name} has no such photo.`);
    return Buffer.from(thumbnail);
  }
  try {
    const photo = await openPhotos(nodePlaces, await library.record(id));
    const pixels = await photo(split, index);
    return width === null ? await exactWebp(pixels) : Buffer.from(await nodePlaces.images.encodeThumbnail(pixels, width));
  } catch (error) {
    throw error instanceof InputError ? new HttpError(404, error.message) : error;
  }
}

async function listReports(folder: string): Promise<string[]> {
  if ((await nodeFiles.kind(`${folder}/report`)) !== 'folder') return [];
  return (await readdir(`${folder}/report`)).filter((name) => name.endsWith('.html')).map((name) => `report/${name}`);
}

function wholeNumber(text: unknown, least: number, most: number): number {
  const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new HttpError(400, `Expected a whole number from ${least} to ${most}, found ${JSON.stringify(text)}.`);
}
