/** The runs that the browser keeps, and what can be done with each. */
import { percent } from '../../src/base/format.ts';
import type { KeptRun } from '../../src/page/library.ts';
import { byId, element } from '../elements.ts';

export interface RunActions {
  resume(run: string): void;
  twin(run: string): void;
  evaluate(run: string): void;
  download(run: string, scene: boolean): void;
  remove(run: string): void;
}

/** @param busy something is computed already */
export function showRuns(runs: readonly KeptRun[], busy: boolean, actions: RunActions): void {
  byId('runs').replaceChildren(...runs.map((run) => rowOf(run, busy, actions)));
  if (runs.length === 0) byId('runs').append(element('li', { textContent: 'None yet.' }));
}

function rowOf(run: KeptRun, busy: boolean, actions: RunActions): HTMLLIElement {
  const { name, trained, unfinished, problem, neuron } = run;
  const button = (text: string, action: () => void, disabled = busy): HTMLButtonElement => {
    const made = element('button', { type: 'button', textContent: text, disabled, label: `${text}: ${name}` });
    made.addEventListener('click', action);
    return made;
  };
  const can = problem === null && trained !== null;
  return element(
    'li',
    { data: { run: name } },
    element('strong', { textContent: name }),
    element('p', { textContent: problem ?? describe(run) }),
    element(
      'p',
      { className: 'row' },
      ...(problem === null && unfinished
        ? [
            button('Go on', () => {
              actions.resume(name);
            }),
          ]
        : []),
      ...(can
        ? [
            button('Evaluate', () => {
              actions.evaluate(name);
            }),
          ]
        : []),
      ...(can && neuron !== 'relu'
        ? [
            button('Train its ANN twin', () => {
              actions.twin(name);
            }),
          ]
        : []),
      ...(can
        ? [
            button('Download', () => {
              actions.download(name, false);
            }),
            button('Download with its photos', () => {
              actions.download(name, true);
            }),
          ]
        : []),
      button('Remove', () => {
        actions.remove(name);
      }),
    ),
  );
}

function describe({ scene, neuron, trained, status, measured }: KeptRun): string {
  const state = trained === null ? 'nothing saved yet' : `${trained.stage} step ${trained.step}`;
  const ended = status === 'failed' ? ', failed' : status === null || status === 'interrupted' ? ', interrupted' : '';
  const about = `${scene}, ${neuron === 'relu' ? 'ANN (ReLU)' : neuron}, ${state}${ended}`;
  if (measured === null) return about;
  const { split, psnr, ssim, firingRates, energy, outdated } = measured;
  const rates = firingRates === null ? '' : `, active ${firingRates.map(percent).join(', ')}`;
  const energyText =
    energy === null
      ? ''
      : `, ${energy.millijoulesPerImage.executed.toPrecision(3)} mJ a view, ${percent(energy.shareOfAnn.skipping)} of an ANN twin that skips inactive ReLUs`;
  return `${about}. Held-out views (${split}${outdated ? ', before it was trained on' : ''}): ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}${rates}${energyText}`;
}
