/** What the studio's worker does when it is asked, one function a request. */
import { downscaleImage } from '../../datasets/downscale.ts';
import { detectFormat } from '../../datasets/index.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { drawScene } from '../../datasets/scene-picture.ts';
import type { Reporter } from '../../src/base/events.ts';
import { applyRequests, DEFAULT_PRESET, resolveConfig, type Request } from '../../src/config/resolve-config.ts';
import type { Config } from '../../src/config/schema.ts';
import { settings, valueAt } from '../../src/config/settings.ts';
import { plannedSteps } from '../../src/config/planned-steps.ts';
import { evaluateField } from '../../src/eval/evaluate-field.ts';
import type { Files } from '../../src/io/files.ts';
import { presetFor } from '../../src/jobs/choose-preset.ts';
import { rehearse } from '../../src/jobs/rehearse.ts';
import { resumeRun } from '../../src/jobs/resume-run.ts';
import { openSceneIn } from '../../src/jobs/run-scenes.ts';
import { viewsOfScene } from '../../src/jobs/run-views.ts';
import { factRows, findingsOf, splitRows } from '../../src/jobs/scene-findings.ts';
import { startToTrain } from '../../src/jobs/start-to-train.ts';
import type { Trained } from '../../src/jobs/train-into.ts';
import { configOfTwin } from '../../src/jobs/train-run.ts';
import { trainScene } from '../../src/jobs/train-scene.ts';
import { RUNS, SCENES } from '../../src/page/kept-paths.ts';
import type { Library } from '../../src/page/library.ts';
import { readDropped, readZip, type IncomingFolder } from '../../src/page/incoming.ts';
import { pageCodec } from '../../src/page/page-codec.ts';
import { packRun } from '../../src/page/pack-run.ts';
import { pageMachine } from '../../src/page/page-machine.ts';
import { pagePlaces } from '../../src/page/page-places.ts';
import { backendHere, withRunField } from '../../src/page/run-field.ts';
import { whileLocked } from '../../src/run/folder-lock.ts';
import { hasCoarseStage } from '../../src/spaces/index.ts';
import { fitGrid } from '../../src/train/fit-grid.ts';
import type { Inspected, RequestName, Requests, TrainedHere, Wish } from './studio-messages.ts';
import { reportRun, takeAlong, type Takers } from './take-along.ts';
import type { TrainingHere } from './training-here.ts';

export interface Studio extends Takers {
  readonly training: TrainingHere;
}

type Answers = { readonly [N in RequestName]: (studio: Studio, asked: Requests[N]['asked']) => Promise<Requests[N]['answer']> };

/** Seconds. */
const REHEARSAL = 12;

const MOST_PHOTOS = 120;
/** Pixels across. */
const PHOTO = 96;

export const answers: Answers = {
  async list({ library, report }, { tidy }) {
    if (tidy) await library.tidy(report);
    const { quota, usage } = await navigator.storage.estimate();
    return {
      scenes: await library.scenes(),
      runs: await library.runs(),
      free: quota === undefined || usage === undefined ? null : Math.max(0, quota - usage),
    };
  },

  drop: (studio, { name, files }) => keep(studio, readDropped(name, files)),

  unzip: async (studio, { file }) => keep(studio, await readZip(file)),

  generate: ({ library, report }, asked) => library.generate({ ...asked, report }),

  inspect: (studio, { scene, settings: asked }) => inspect(studio, scene, asked),

  async plan({ files, library }, wish) {
    const machine = pageMachine(files);
    const requests = requestsOf(wish);
    const opening = resolveConfig(wish.preset ?? DEFAULT_PRESET, requests).scene;
    const { scene } = await seenScene(files, library, wish.scene, opening);
    const config = fitGrid(configOf(wish, scene), scene);
    const { backend, needed } = await startToTrain(machine, wish.backend, scene, config, () => undefined);
    const { total, images, field } = needed;
    const coarse = hasCoarseStage(scene.space, config.coarse.steps) ? config.coarse.steps * config.coarse.rays : 0;
    return {
      backend: backend.description,
      preset: config.preset,
      memory: { total, images, onGpu: backend.memory === 'gpu' ? field : 0 },
      rays: coarse + plannedSteps(config) * config.fine.rays,
      values: Object.fromEntries(settings.map(({ key }) => [key, JSON.stringify(valueAt(config, key))])),
    };
  },

  async rehearse({ files, training }, wish) {
    const machine = pageMachine(files);
    const opening = resolveConfig(wish.preset ?? DEFAULT_PRESET, requestsOf(wish)).scene;
    const scene = await machine.openTrainingScene({ path: `${SCENES}/${wish.scene}` }, opening, () => undefined);
    const config = fitGrid(configOf(wish, scene), scene);
    const { backend } = await startToTrain(machine, wish.backend, scene, config, () => undefined);
    return rehearse(scene, config, backend, REHEARSAL, training.signal);
  },

  async train({ files, library, training, report }, { name, ...wish }) {
    const trained = await trainScene({
      machine: pageMachine(files),
      place: { path: `${SCENES}/${wish.scene}` },
      opening: resolveConfig(wish.preset ?? DEFAULT_PRESET, requestsOf(wish)).scene,
      config: (scene) => configOf(wish, scene),
      folder: async () => `${RUNS}/${await library.freeName(RUNS, name)}`,
      force: false,
      backend: wish.backend,
      signal: training.signal,
      report,
      around: (run, train, scene) => train(training.watch(run, scene)),
    });
    return trained && told(trained);
  },

  async twin({ files, library, training, report }, { run: name }) {
    const { record } = await library.openWithScene(name);
    const { path, format, frame } = record.scene;
    const config = configOfTwin(record.config);
    const trained = await trainScene({
      machine: pageMachine(files),
      place: { path, format, frame },
      opening: config.scene,
      config: () => config,
      folder: async () => `${RUNS}/${await library.freeName(RUNS, `${name}-twin`)}`,
      force: false,
      backend: backendHere(record.backend.name, record.backend.gpu),
      signal: training.signal,
      report,
      around: (run, train, scene) => train(training.watch(run, scene)),
    });
    return trained && told(trained);
  },

  async resume({ files, library, training, report }, { run: name, share }) {
    const { folder } = await library.openWithScene(name);
    const trained = await resumeRun({
      machine: pageMachine(files),
      folder,
      config: (config) => (share === null ? config : applyRequests(config, [{ key: 'field.share', value: share, source: 'Share' }])),
      backend: ({ choice, gpu }) => backendHere(choice, gpu),
      force: false,
      signal: training.signal,
      report,
      watch: (run, scene) => training.watch(run, scene),
    });
    return told(trained);
  },

  async evaluate({ files, tab, library, report }, { run: name, every }) {
    const machine = pageMachine(files);
    const run = await library.openWithScene(name);
    return whileLocked(machine.lockFolder, run.folder, async () => {
      const loaded = { run, ...(await run.load()) };
      const { checkpoint, path } = loaded;
      const { split, views } = await machine.openHeldOutViews(run, checkpoint, undefined, report);
      return withRunField(machine, loaded, report, async (engine) => {
        // What was measured before stays until all of it is there.
        const unfinished = `${tab}/eval`;
        await files.remove(unfinished);
        const save = { files, codec: pageCodec(files), folder: unfinished };
        const name = path.slice(path.lastIndexOf('/') + 1);
        const found = await evaluateField({ engine, config: run.record.config, views, split, checkpoint: name, every, save, report });
        const folder = `${run.folder}/eval/${split}`;
        await files.remove(folder);
        await files.rename(unfinished, folder);
        return found;
      });
    });
  },

  take: (studio, { run, what }) => takeAlong[what](studio, run),

  report: (studio, { run }) => reportRun(studio, run),

  async pack({ files, tab, library }, { run, scene }) {
    const path = scene ? (await library.openWithScene(run)).record.scene.path : null;
    return library.whileHeld(run, () => packRun(files, run, path, tab));
  },

  async remove({ library }, { kind, name }) {
    await library.remove(kind, name);
    return null;
  },
};

function keep({ library, report }: Studio, incoming: IncomingFolder): Promise<{ kind: 'scene' | 'run'; name: string }> {
  return library.keep(incoming, (done, total) => {
    report({ type: 'view', done, total, text: `keeping the files of ${incoming.name}` });
  });
}

interface Seen {
  readonly key: string;
  /** When it came into the page. */
  readonly added: string;
  readonly scene: SceneData;
}

/** The scene that was looked at last: a plan of it needs no second reading. */
let seen: Seen | null = null;

async function seenScene(
  files: Files,
  library: Library,
  name: string,
  opening: Config['scene'],
  report: Reporter = () => undefined,
): Promise<Seen> {
  const { added } = await library.sceneRecord(name);
  const key = JSON.stringify([name, added, opening]);
  if (seen?.key !== key) {
    // The one before goes first.
    seen = null;
    const scene = await openSceneIn(pagePlaces(files), `${SCENES}/${name}`, opening, { rangeOptional: true }, report);
    seen = { key, added, scene };
  }
  return seen;
}

async function inspect({ files, library, report }: Studio, name: string, asked: Readonly<Record<string, string>>): Promise<Inspected> {
  const opening = resolveConfig(DEFAULT_PRESET, requestsOf({ settings: asked })).scene;
  const { added, scene } = await seenScene(files, library, name, opening, report);
  const { reason } = await detectFormat(`${SCENES}/${name}`, files);
  const found = findingsOf(scene);
  await library.lookedAt(name, { added }, found.fingerprint);
  const pixels = SPLIT_NAMES.flatMap((split) => scene.splits[split] ?? []);
  const apart = Math.max(1, Math.ceil(pixels.length / MOST_PHOTOS));
  const photos = pixels.flatMap(({ intrinsics: { width, height }, rgba }, view) => {
    if (view % apart !== 0) return [];
    const factor = Math.max(1, Math.min(Math.floor(width / PHOTO), height));
    const small = downscaleImage({ width, height, rgba }, factor);
    return [{ view, ...small, rgba: new Uint8Array(small.rgba) }];
  });
  return {
    ...{ found, splits: splitRows(found), facts: factRows(found, reason) },
    ...{ drawing: drawScene(scene, found).svg, views: viewsOfScene(scene), photos },
  };
}

function requestsOf({ settings: wanted }: Pick<Wish, 'settings'>): Request[] {
  return Object.entries(wanted).map(([key, value]) => ({ key, value, source: 'the value' }));
}

function configOf(wish: Wish, scene: SceneData): Config {
  return resolveConfig(wish.preset ?? presetFor(scene, () => undefined), requestsOf(wish));
}

function told({ run, interrupted, latest, state: { stage, step } }: Trained): TrainedHere {
  const name = run.folder.slice(RUNS.length + 1);
  return { run: name, interrupted, stage, step, backend: run.record.backend.description, raysPerSecond: latest?.raysPerSecond ?? null };
}
