/** What is made of a run to be taken along: each becomes a file of the run, by the command line's own exporters and reports. */
import { HARDWARE_MODELS } from '../../src/energy/hardware/index.ts';
import type { Measurement } from '../../src/energy/measure-views.ts';
import { energyStudy, type EnergyStudy } from '../../src/energy/study.ts';
import { InputError } from '../../src/base/errors.ts';
import type { Reporter } from '../../src/base/events.ts';
import { writeExport, type ExportSource } from '../../src/export/exporter.ts';
import { htmlExporter } from '../../src/export/export-html.ts';
import type { Files } from '../../src/io/files.ts';
import { exportSource } from '../../src/jobs/export-source.ts';
import { checkHasNetwork, measureEnergy, type MeasuredRun } from '../../src/jobs/measure-energy.ts';
import { bakedOf, RUNS } from '../../src/page/kept-paths.ts';
import { isTwinOf } from '../../src/page/kept-twin.ts';
import type { Library } from '../../src/page/library.ts';
import { packPictures } from '../../src/page/pack-run.ts';
import { writesThumbnails } from '../../src/page/page-codec.ts';
import { pageMachine } from '../../src/page/page-machine.ts';
import { pagePlaces } from '../../src/page/page-places.ts';
import { withRunField } from '../../src/page/run-field.ts';
import { whileLocked } from '../../src/run/folder-lock.ts';
import { openRun, type LoadedRun, type RunFolder } from '../../src/run/run-folder.ts';
import { VERSION } from '../../src/run/version.ts';

export type Taken = 'scene' | 'html' | 'pictures';

/** What the report of energy is made of. */
export interface Studied {
  readonly study: EnergyStudy;
  readonly measurement: Measurement;
}

export interface Takers {
  readonly files: Files;
  /** Folder of what the tab has not finished yet. */
  readonly tab: string;
  readonly library: Library;
  readonly report: Reporter;
  /** The page of a study: the window has what draws its charts. */
  readonly draw: (studied: Studied) => Promise<string>;
}

/** Gives the path of the file. */
export const takeAlong: Readonly<Record<Taken, (studio: Takers, run: string) => Promise<string>>> = {
  scene: (studio, run) =>
    exporting(studio, run, bakedOf(run), async (source, path) => {
      await studio.files.writeAtomic(path, await source.baked());
    }),

  html: (studio, run) =>
    exporting(studio, run, `${RUNS}/${run}/${htmlExporter.out}`, async (source, path) => {
      await writeExport(studio.files, htmlExporter, source, path);
    }),

  pictures: ({ files, tab, library }, run) => library.whileHeld(run, () => packPictures(files, run, tab)),
};

/**
 * Counts what the run did on its held-out views, and its trained twin where there is one; the page that is made of it becomes a file of the run,
 * which is held from its first byte read to the last one written.
 */
export async function reportRun({ files, library, report, draw }: Takers, name: string): Promise<string> {
  const machine = pageMachine(files);
  await library.openWithScene(name);
  const meter = { meter: null, reason: 'browsers do not say what a machine uses' } as const;
  const measure = async (one: LoadedRun): Promise<MeasuredRun> => {
    const held = await machine.openHeldOutViews(one.run, one.checkpoint, undefined, report);
    return withRunField(machine, one, report, (engine, backend) =>
      measureEnergy(one, { engine, backend, skipped: null, ...held, meter, report }),
    );
  };
  return library.whileHeld(name, async (folder) => {
    const run = await openRun(files, folder);
    const loaded = { run, ...(await run.load()) };
    checkHasNetwork(loaded);
    const twin = await trainedTwin(library, name, loaded);
    const measured = await measure(loaded);
    const against = twin && (await measure(twin));
    const study = energyStudy({
      spikeray: VERSION,
      commit: null,
      created: new Date().toISOString(),
      split: measured.split,
      every: 1,
      run: measured.subject,
      against: against?.subject ?? null,
      differentScenes: false,
      hardware: HARDWARE_MODELS,
      hardwareAsked: [],
      meter,
    });
    const path = `${folder}/report/energy.html`;
    await files.writeAtomic(path, [new TextEncoder().encode(await draw({ study, measurement: measured.measurement }))]);
    return path;
  });
}

async function exporting(
  { files, library, report }: Takers,
  name: string,
  path: string,
  write: (source: ExportSource, path: string) => Promise<void>,
): Promise<string> {
  const run = await openShown(files, library, name, report);
  const thumbnails = await writesThumbnails();
  if (!thumbnails) report({ type: 'warning', text: 'this browser cannot write WebP: small copies of the photos are left out' });
  return whileLocked(pageMachine(files).lockFolder, run.folder, async () => {
    const loaded = { run, ...(await run.load()) };
    await write(exportSource({ ...pagePlaces(files), viewerFile }, loaded, name, { engine: null, thumbnails }), path);
    return path;
  });
}

/** The run, with its scene if that is here: a field can be looked at without. */
async function openShown(files: Files, library: Library, name: string, report: Reporter): Promise<RunFolder> {
  try {
    return await library.openWithScene(name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    report({ type: 'warning', text: `the cameras are left out: ${error.message}` });
    return openRun(files, `${RUNS}/${name}`);
  }
}

/** The viewer that needs no server lies beside the page's own programs. */
async function viewerFile(name: string): Promise<Uint8Array> {
  const address = new URL(`../static-viewer/${name}`, location.href);
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok !== true)
    throw new InputError(`${address.href}: the viewer that goes into the page cannot be loaded`, 'Serve the whole folder of the studio.');
  return new Uint8Array(await answer.arrayBuffer());
}

/** The ANN that was trained to its end beside the run of this name, under the same settings; null: there is none. */
async function trainedTwin(library: Library, name: string, { run, checkpoint }: LoadedRun): Promise<LoadedRun | null> {
  if (run.record.config.network.neuron === 'relu') return null;
  for (const other of await library.runs()) {
    if (!isTwinOf({ name, fingerprint: run.record.scene.fingerprint }, other)) continue;
    const twin = await library.openWithScene(other.name);
    const loaded = { run: twin, ...(await twin.load()) };
    if (loaded.checkpoint.sceneFingerprint === checkpoint.sceneFingerprint) return loaded;
  }
  return null;
}
