/** The studio's page: a scene comes in, is looked at, trained, measured, and goes out as a run. All of it is computed by workers of the page. */
import { z } from 'zod';
import { SYNTHETIC_SCENES } from '../../datasets/synth/scenes.ts';
import { InputError } from '../../src/base/errors.ts';
import { byteSize, clock, short } from '../../src/base/format.ts';
import type { KeptScene } from '../../src/page/library.ts';
import { takeLock } from '../../src/page/page-lock.ts';
import { byId, setOptions } from '../elements.ts';
import { messageOf } from '../messages.ts';
import { ask, GIVEN_UP, newWorker, once, restartDesk, status, TAB } from './desk.ts';
import { chosenFiles, droppedFiles, type Dropped } from './dropped-files.ts';
import { Findings } from './findings.ts';
import { keepOffline } from './keep-offline.ts';
import { closeLook, download, evaluate, look, report, take } from './outputs.ts';
import { showRuns } from './run-list.ts';
import { SettingsForm } from './settings-form.ts';
import type { Plan, Requests, TrainedHere } from './studio-messages.ts';
import { TrainingView } from './training-view.ts';

// Pages may not make code from texts; zod would try.
z.config({ jitless: true });

/** Rays a second of the last training here, by what computed it. */
const SPEED = 'spikeray-studio-speed';

/** What begins something, and is there before anything is kept. */
const BEGINNERS = '#generate button, #folder, #zip';

const scenes = byId<HTMLSelectElement>('scene');
const train = byId<HTMLButtonElement>('train');
const view = new TrainingView();
const form = new SettingsForm(inspectAnew);
const findings = new Findings((key, value) => {
  form.set(key, value);
});
let busy = false;
let kept: readonly KeptScene[] = [];

function inspectAnew(): void {
  byId('problem').textContent = '';
  void guarded(inspect);
}

/** What goes wrong is said until something else is begun; what was there before stays. */
async function guarded(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error !== GIVEN_UP) byId('problem').textContent = messageOf(error);
  }
}

/** One thing at a time. */
async function alone(action: () => Promise<unknown>): Promise<void> {
  if (busy) {
    byId('problem').textContent = 'This page does one thing at a time: wait until it has ended, or stop it; then try again.';
    return;
  }
  busy = true;
  byId('problem').textContent = '';
  document.body.classList.add('busy');
  allow(`${BEGINNERS}, #remove-scene, #train, #measure, #runs button`, false);
  await guarded(action);
  busy = false;
  allow(BEGINNERS, true);
  await guarded(refresh);
  // It looks idle once it shows what came of it, unless the next thing was begun meanwhile.
  if (!busy) document.body.classList.remove('busy');
}

function allow(controls: string, on: boolean): void {
  for (const control of document.querySelectorAll<HTMLButtonElement | HTMLInputElement>(controls)) control.disabled = !on;
}

async function refresh(tidy = false): Promise<void> {
  const { scenes: found, runs, free } = await ask('list', { tidy });
  kept = found;
  const chosen = scenes.value;
  const labelOf = ({ name, problem }: KeptScene): string => (problem === null ? name : `${name} (damaged)`);
  setOptions(scenes, kept.length === 0 ? [['', 'none yet']] : kept.map((scene) => [scene.name, labelOf(scene)] as const));
  if (kept.some(({ name }) => name === chosen)) scenes.value = chosen;
  byId<HTMLButtonElement>('remove-scene').disabled = busy || kept.length === 0;
  byId<HTMLButtonElement>('measure').disabled = train.disabled = busy || chosenScene()?.problem !== null;
  byId('room').textContent = free === null ? '' : `The browser has room for ${byteSize(free)} more.`;
  showRuns(runs, busy, {
    resume: (run, share) => void alone(() => compute('resume', { run, share })),
    twin: (run) => void alone(() => compute('twin', { run })),
    evaluate: (run) => void alone(() => evaluate(run)),
    look: (run, twin) => void alone(() => look(run, twin)),
    download: (run, scene) => void alone(() => download(run, scene)),
    take: (run, what) => void alone(() => take(run, what)),
    report: (run) => void alone(() => report(run)),
    remove: (name) => {
      if (confirm(`Remove the run ${name} from this browser?`)) void alone(() => ask('remove', { kind: 'run', name }));
    },
  });
}

function chosenScene(): KeptScene | undefined {
  return kept.find(({ name }) => name === scenes.value);
}

async function receive({ name, files }: Dropped): Promise<void> {
  if (files.length === 0) return;
  // Asked once: the browser may remove what it was not asked to keep.
  await navigator.storage.persist();
  const isZip = files.length === 1 && /\.zip$/i.test(files[0].file.name);
  const came = isZip ? await ask('unzip', { file: files[0].file }) : await ask('drop', { name, files });
  await arrived(came);
}

async function arrived({ kind, name }: { readonly kind: 'scene' | 'run'; readonly name: string }): Promise<void> {
  status.textContent = `The ${kind} ${name} is kept in this browser.`;
  if (kind === 'run') return;
  await refresh();
  scenes.value = name;
  await inspect();
}

let turns = 0;
/** What of the scene is shown. */
let shown = '';

/** Looks at the chosen scene and plans its training. Another choice meanwhile takes the place of this one. */
async function inspect(): Promise<void> {
  const turn = ++turns;
  const chosen = chosenScene();
  const place = byId('plan');
  // The page keeps its shape meanwhile: a button must not move away from the pointer.
  place.dataset.state = 'old';
  byId('measured').textContent = '';
  if (chosen === undefined || chosen.problem !== null) {
    showNothing();
    if (chosen !== undefined) throw new InputError(chosen.problem!, 'Remove the scene, then drop it again.');
    return;
  }
  const { name: scene, added } = chosen;
  const opening = Object.fromEntries(Object.entries(form.settings).filter(([key]) => key.startsWith('scene.')));
  const wanted = JSON.stringify([scene, added, opening]);
  if (wanted !== shown) {
    try {
      const inspected = await ask('inspect', { scene, settings: opening });
      if (turn !== turns) return;
      findings.show(inspected);
    } catch (error) {
      // What is shown is of another scene.
      if (turn === turns) showNothing();
      throw error;
    }
    shown = wanted;
  }
  const planned = await ask('plan', form.wish(scene));
  if (turn !== turns) return;
  form.show(planned.values);
  place.textContent = describePlan(planned);
  place.dataset.state = 'new';
  status.textContent = '';
}

function showNothing(): void {
  findings.hide();
  byId('plan').textContent = '';
  shown = '';
}

/** How long the training will take, tried for some seconds with the settings as they are. */
async function measure(): Promise<void> {
  await restart();
  status.textContent = 'Trying the training for some seconds …';
  const { seconds, spent, steps } = await once('rehearse', form.wish(scenes.value));
  status.textContent = '';
  byId('measured').textContent =
    `Tried here, ${steps} steps in ${clock(spent)}: the whole training takes about ${clock(seconds)}, more or less as the field becomes clear.`;
}

function speeds(): Record<string, number | undefined> {
  return JSON.parse(localStorage.getItem(SPEED) ?? '{}') as Record<string, number | undefined>;
}

function describePlan({ backend, preset, memory, rays }: Plan): string {
  const measured = speeds()[backend];
  const time =
    measured === undefined
      ? 'how long it takes shows after its first seconds'
      : `about ${clock(rays / measured)} at the ${short(measured)} rays a second of the last training here`;
  const gpu = memory.onGpu > 0 ? `, and ${byteSize(memory.onGpu)} on the GPU` : '';
  return `Preset ${preset}, ${backend}: ${short(rays)} rays, ${time}; up to ${byteSize(memory.total)} of memory${gpu}.`;
}

type Computing = 'train' | 'twin' | 'resume';

/** In a worker of its own, whose memory is free again when it ends. */
async function compute<N extends Computing>(name: N, asked: Requests[N]['asked']): Promise<void> {
  await restart();
  const client = newWorker((event) => {
    view.take(event);
    if (event.type === 'progress' && event.event.type === 'warning') status.textContent = event.event.text;
  });
  view.begin(client);
  let told = 'Training failed; the last checkpoint is kept.';
  try {
    const ended: TrainedHere | null = await client.ask<Computing>(name, asked);
    if (ended?.raysPerSecond != null) localStorage.setItem(SPEED, JSON.stringify({ ...speeds(), [ended.backend]: ended.raysPerSecond }));
    told =
      ended === null
        ? 'Stopped before anything was trained.'
        : `${ended.interrupted ? 'Stopped and saved' : 'Trained'}: ${ended.run}, ${ended.stage} step ${ended.step}.`;
  } finally {
    view.end(told);
    client.end(GIVEN_UP);
  }
}

/** What the desk holds in memory goes. */
async function restart(): Promise<void> {
  restartDesk();
  await refresh();
}

function watchDrop(): void {
  const drop = byId('drop');
  addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  addEventListener('dragleave', () => {
    drop.classList.remove('over');
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    if (event.dataTransfer === null) return;
    const dropped = droppedFiles(event.dataTransfer);
    void alone(async () => {
      await receive(await dropped);
    });
  });
  for (const id of ['folder', 'zip'])
    byId<HTMLInputElement>(id).addEventListener('change', ({ target }) => {
      const input = target as HTMLInputElement;
      const dropped = chosenFiles(input.files!);
      input.value = '';
      void alone(() => receive(dropped));
    });
}

watchDrop();
byId('look-close').addEventListener('click', closeLook);
setOptions(
  byId<HTMLSelectElement>('synthetic'),
  SYNTHETIC_SCENES.map(({ name, description }) => [name, `${name}: ${description}`] as const),
);
byId('generate').addEventListener('submit', (event) => {
  event.preventDefault();
  const number = (id: string): number => Number(byId<HTMLInputElement>(id).value);
  const asked = { scene: byId<HTMLSelectElement>('synthetic').value, views: number('views'), size: number('size') };
  void alone(async () => {
    await arrived({ kind: 'scene', name: await ask('generate', asked) });
  });
});
scenes.addEventListener('change', () => {
  byId<HTMLButtonElement>('measure').disabled = train.disabled = busy || chosenScene()?.problem !== null;
  inspectAnew();
});
byId('remove-scene').addEventListener('click', () => {
  const name = scenes.value;
  if (confirm(`Remove the scene ${name} from this browser?`))
    void alone(async () => {
      await ask('remove', { kind: 'scene', name });
      await refresh();
      await inspect();
    });
});
byId('measure').addEventListener('click', () => void alone(measure));
byId('settings').addEventListener('submit', (event) => {
  event.preventDefault();
  const wish = form.wish(scenes.value);
  void alone(() => compute('train', { ...wish, name: wish.scene }));
});
await guarded(async () => {
  // Where there are no locks, there are no files either, as the list will say.
  if ('locks' in navigator) await takeLock(TAB);
  await refresh(true);
  await inspect();
});
document.body.dataset.ready = 'true';
byId('offline').textContent = await keepOffline();
