/** What the page says of a run: name, facts, reports. */
import { filePath, type RunDetails } from './api.ts';
import { byId, element } from './elements.ts';
import { written } from '../src/frames/quantities.ts';

export function showHeader(run: RunDetails): void {
  document.title = `${run.name} – SpikeRay`;
  byId('name').textContent = run.name;
  byId('facts').textContent = factsOf(run);
  byId('reports').replaceChildren(...reportLinks(run));
}

/** Title of a part of the picture. */
export function titleOf({ name, neuron }: Pick<RunDetails, 'name' | 'neuron'>): string {
  return `${name} (${neuron === 'relu' ? 'ANN' : neuron})`;
}

function factsOf({ scene, neuron, trained, quality }: RunDetails): string {
  const facts = [scene.name, neuron === 'relu' ? 'ReLU (ANN)' : `${neuron} neurons`];
  if (trained) facts.push(`${trained.stage} step ${trained.step}`);
  if (quality) facts.push(`${quality.psnr.toFixed(2)} dB on ${quality.split}`);
  if (quality?.nanojoulesPerPixel) facts.push(`${written(quality.nanojoulesPerPixel * 1e-9, 'J')} a pixel`);
  return facts.join(' · ');
}

function reportLinks({ id, reports }: RunDetails): HTMLElement[] {
  if (reports.length === 0) return [element('li', { textContent: 'None yet: `spikeray energy` writes one.' })];
  return reports.map((path) =>
    element('li', {}, element('a', { href: filePath(id, path), target: '_blank', rel: 'noopener', textContent: path })),
  );
}
