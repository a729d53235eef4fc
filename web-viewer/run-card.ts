/** A run of the gallery as a card with a picture. */
import type { RunSummary } from './api.ts';
import { element } from './elements.ts';
import { isBroken, RUN_FACTS, type Run } from './run-facts.ts';

/** What a card has no room for. */
const LEFT_OUT = ['ssim', 'active'];

export function runCard(run: Run): HTMLElement {
  if (isBroken(run)) {
    return element(
      'article',
      { className: 'card broken' },
      element('h2', { textContent: run.name }),
      element('p', { textContent: run.problem }),
    );
  }
  const facts = RUN_FACTS.filter(({ key }) => !LEFT_OUT.includes(key)).flatMap(({ key, title, text }) => {
    const said = text(run) ?? (key === 'psnr' || key === 'energy' ? '–' : null);
    return said === null
      ? []
      : [element('div', {}, element('dt', { textContent: title }), element('dd', { textContent: said, title: said }))];
  });
  return element(
    'a',
    { className: 'card', href: viewerPath(run.id) },
    picture(run),
    element('h2', { textContent: run.name }),
    element('dl', {}, ...facts),
  );
}

export const viewerPath = (id: string): string => `viewer.html?run=${encodeURIComponent(id)}`;

function picture(run: RunSummary): HTMLElement {
  if (run.picture === null)
    return element('div', {
      className: 'picture none',
      textContent: run.training ? 'in training' : run.trained === null ? 'nothing saved yet' : 'not evaluated yet',
    });
  return element('img', { className: 'picture', src: run.picture, alt: `A view of ${run.scene.name}`, loading: 'lazy' });
}
