/** The runs that the browser keeps, and what can be done with each. */
import { percent } from '../../src/base/format.ts';
import { toldShares } from '../../src/energy/ann-shares.ts';
import { gainOver, isTwinOf } from '../../src/page/kept-twin.ts';
import type { KeptRun, Measured } from '../../src/page/kept-run.ts';
import { pageFile } from '../../src/page/page-files.ts';
import { byId, element } from '../elements.ts';
import type { Taken } from './take-along.ts';

export interface RunActions {
  /** @param share of all bricks that there is room for from now on; null: as planned */
  resume(run: string, share: string | null): void;
  twin(run: string): void;
  evaluate(run: string): void;
  /** @param twin what is seen beside it; null: nothing */
  look(run: string, twin: string | null): void;
  download(run: string, scene: boolean): void;
  take(run: string, what: Taken): void;
  report(run: string): void;
  remove(run: string): void;
}

const TAKEN: readonly (readonly [Taken, string])[] = [
  ['html', 'One page with its viewer'],
  ['scene', 'Baked scene'],
  ['pictures', 'Pictures'],
];

/** Addresses of pictures, by their paths and what was measured: a list that is shown again needs no new ones. */
const pictures = new Map<string, Promise<string>>();

/** @param busy something is computed already */
export function showRuns(runs: readonly KeptRun[], busy: boolean, actions: RunActions): void {
  const open = new Set([...byId('runs').querySelectorAll<HTMLElement>('li:has(details[open])')].map(({ dataset }) => dataset.run));
  const typed = new Map(
    [...byId('runs').querySelectorAll<HTMLInputElement>('li input')]
      .filter(({ value, defaultValue }) => value !== defaultValue)
      .map((input) => [input.closest('li')!.dataset.run, input.value]),
  );
  const rows = runs.map((run) => {
    const row = rowOf(run, twinOf(run, runs), busy, open.has(run.name), actions);
    const [input, value] = [row.querySelector('input'), typed.get(run.name)];
    if (input !== null && value !== undefined) input.value = value;
    return row;
  });
  byId('runs').replaceChildren(...rows);
  if (runs.length === 0) byId('runs').append(element('li', { textContent: 'None yet.' }));
}

function twinOf(run: KeptRun, runs: readonly KeptRun[]): KeptRun | null {
  return (run.neuron !== 'relu' && runs.find((other) => isTwinOf(run, other))) || null;
}

function rowOf(run: KeptRun, twin: KeptRun | null, busy: boolean, open: boolean, actions: RunActions): HTMLLIElement {
  const { name, trained, unfinished, share, problem, neuron, measured } = run;
  const button = (text: string, action: (run: string) => void, isOffered = true): HTMLButtonElement[] => {
    if (!isOffered) return [];
    const made = element('button', { type: 'button', textContent: text, disabled: busy, label: `${text}: ${name}` });
    made.addEventListener('click', () => {
      action(name);
    });
    return [made];
  };
  const goesOn = problem === null && unfinished;
  const room = goesOn && share !== null ? shareInput(name, share) : null;
  const can = problem === null && trained !== null;
  const offered: Readonly<Record<Taken, boolean>> = {
    html: can,
    scene: can,
    pictures: measured !== null,
  };
  const more = [
    ...TAKEN.flatMap(([what, text]) => button(text, () => actions.take(name, what), offered[what])),
    ...button('Energy report', actions.report, can && trained.stage === 'fine'),
  ];
  return element(
    'li',
    { data: { run: name } },
    ...pictureOf(measured),
    element('strong', { textContent: name }),
    element('p', { textContent: problem ?? describe(run, twin) }),
    element(
      'p',
      { className: 'row' },
      ...button('Go on', (run) => actions.resume(run, room?.value ?? null), goesOn),
      ...(room === null ? [] : [element('label', { textContent: 'with room for this share of its bricks ' }, room)]),
      ...button('Look at it', () => actions.look(name, null), can),
      ...button('Beside its ANN twin', () => actions.look(name, twin!.name), can && twin !== null),
      ...button('Evaluate', actions.evaluate, can),
      ...button('Train its ANN twin', actions.twin, can && neuron !== 'relu'),
      ...button('Download', () => actions.download(name, false), can),
      ...button('Download with its photos', () => actions.download(name, true), can),
      ...button('Remove', actions.remove),
    ),
    ...(more.length === 0
      ? []
      : [
          element(
            'details',
            { open },
            element('summary', { textContent: 'More to take along' }),
            element('p', { className: 'row' }, ...more),
          ),
        ]),
  );
}

/** A field that needs more room than there is stops its training. */
function shareInput(run: string, share: number): HTMLInputElement {
  return element('input', {
    type: 'number',
    min: '0.05',
    max: '1',
    step: '0.05',
    // Other than what is typed.
    defaultValue: String(share),
    label: `Share of the bricks: ${run}`,
  });
}

function pictureOf(measured: Measured | null): HTMLImageElement[] {
  if (measured?.picture == null) return [];
  const { picture, psnr } = measured;
  const key = `${picture} ${psnr}`;
  let address = pictures.get(key);
  if (address === undefined) {
    address = pageFile(picture).then((file) => URL.createObjectURL(file));
    pictures.set(key, address);
    // Asked for again when the list is shown again.
    void address.catch(() => pictures.delete(key));
  }
  const image = element('img', { alt: 'A held-out view of the field' });
  void address.then(
    (src) => {
      image.src = src;
    },
    // Another tab has removed it.
    () => {
      image.remove();
    },
  );
  return [image];
}

function describe({ scene, neuron, trained, status, measured }: KeptRun, twin: KeptRun | null): string {
  const state = trained === null ? 'nothing saved yet' : `${trained.stage} step ${trained.step}`;
  const ended = status === 'failed' ? ', failed' : status === null || status === 'interrupted' ? ', interrupted' : '';
  const about = `${scene}, ${neuron === 'relu' ? 'ANN (ReLU)' : neuron}, ${state}${ended}`;
  if (measured === null) return about;
  const { split, psnr, ssim, firingRates, millijoules, shareOfAnn, outdated } = measured;
  const rates = firingRates === null ? '' : `, active ${firingRates.map(percent).join(', ')}`;
  const shares =
    neuron === 'relu' || shareOfAnn === null ? [] : toldShares(shareOfAnn).map(({ twin: ofTwin, text }) => `${text} of ${ofTwin}`);
  const energy =
    millijoules === null ? '' : `, ${millijoules.toPrecision(3)} mJ a view${shares.length === 0 ? '' : ` (${shares.join('; ')})`}`;
  return `${about}. ${split === 'train' ? 'Views of the training' : 'Held-out views'} (${split}${outdated ? ', before it was trained on' : ''}): ${psnr.toFixed(2)} dB${besideTwin(measured, twin)}, SSIM ${ssim.toFixed(4)}${rates}${energy}`;
}

function besideTwin(measured: Measured, twin: KeptRun | null): string {
  const difference = gainOver(twin?.measured ?? null, measured);
  return difference === null ? '' : ` (${Math.abs(difference).toFixed(2)} dB ${difference < 0 ? 'less' : 'more'} than its ANN twin)`;
}
