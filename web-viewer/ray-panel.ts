/** The ray of a clicked pixel: what its samples, neurons and energy are, drawn over the stage (src/frames/ray-figure.ts). */
import { liveliestNeurons, rayFigure, type ChosenNeuron } from '../src/frames/ray-figure.ts';
import type { RayProbe } from '../src/frames/ray-probe.ts';
import { byId } from './elements.ts';
import { messageOf } from './messages.ts';
import { download } from './save-panel.ts';

/** Potentials that find room. */
const MOST_CHOSEN = 8;

export class RayPanel {
  private readonly panel = byId('ray');
  private readonly figure = byId('ray-figure');
  private readonly neurons = byId<HTMLInputElement>('ray-neurons');
  private readonly name: string;
  private probe: RayProbe | null = null;
  private chosen: readonly ChosenNeuron[] = [];
  private asked = 0;

  /** @param name of the files that are saved; @param closed the panel was closed */
  constructor(name: string, closed: () => void) {
    this.name = name;
    byId('ray-close').addEventListener('click', () => {
      this.panel.hidden = true;
      // A ray that is still being followed is not shown any more.
      this.asked++;
      closed();
    });
    this.panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') byId('ray-close').click();
    });
    this.figure.addEventListener('click', (event) => {
      this.toggle(event);
    });
    this.neurons.addEventListener('change', () => {
      this.choose(chosenFrom(this.neurons.value, this.probe));
    });
    byId('ray-json').addEventListener('click', () => {
      if (this.probe !== null)
        download(new Blob([`${JSON.stringify(this.probe, null, 1)}\n`], { type: 'application/json' }), `${this.fileName}.json`);
    });
    byId('ray-svg').addEventListener('click', () => {
      if (this.probe !== null)
        download(new Blob([rayFigure(this.probe, this.chosen, true)], { type: 'image/svg+xml' }), `${this.fileName}.svg`);
    });
  }

  /** Shows a ray when it is known; of several the one that was asked for last. @param left at the left of the stage: the pixel is at its right */
  async show(found: Promise<RayProbe>, left: boolean): Promise<void> {
    const asked = ++this.asked;
    this.clear();
    this.panel.classList.toggle('left', left);
    this.panel.hidden = false;
    byId('ray-status').textContent = 'Following the ray …';
    try {
      const probe = await found;
      if (asked !== this.asked) return;
      this.probe = probe;
      byId('ray-status').textContent = probe.neuron === null ? 'This field is of the coarse stage: it has no colour network yet.' : '';
      // The same neurons of the next ray, so that rays can be compared.
      this.choose(this.chosen.length > 0 && probe.steps.length > 0 ? this.chosen : liveliestNeurons(probe));
    } catch (error) {
      if (asked !== this.asked) return;
      byId('ray-status').textContent = messageOf(error);
    }
  }

  /** Takes away what the ray before had. */
  private clear(): void {
    this.probe = null;
    this.figure.replaceChildren();
  }

  private get fileName(): string {
    const [x, y] = this.probe!.pixel;
    return `${this.name}-ray-${x}-${y}`;
  }

  /** A click on a neuron of a raster shows its potential, or hides it. */
  private toggle(event: MouseEvent): void {
    const raster = event.target as Element;
    const layer = Number(raster.getAttribute('data-layer') ?? NaN);
    if (Number.isNaN(layer)) return;
    const { top, height } = raster.getBoundingClientRect();
    const count = Number(raster.getAttribute('data-neurons'));
    const neuron = Math.min(count - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * count)));
    const rest = this.chosen.filter((one) => one.layer !== layer || one.neuron !== neuron);
    this.choose(rest.length < this.chosen.length ? rest : [...rest, { layer, neuron }].slice(-MOST_CHOSEN));
  }

  private choose(chosen: readonly ChosenNeuron[]): void {
    if (this.probe === null) return;
    this.chosen = [...chosen].sort((a, b) => a.layer - b.layer || a.neuron - b.neuron);
    this.neurons.value = this.chosen.map(({ layer, neuron }) => `${layer + 1}:${neuron}`).join(', ');
    // Numbers and words of its own alone.
    this.figure.innerHTML = rayFigure(this.probe, this.chosen);
  }
}

/** "1:37, 2:5": layer and neuron. What is not there is left out. */
function chosenFrom(text: string, probe: RayProbe | null): ChosenNeuron[] {
  return text
    .split(/[,\s]+/)
    .map((word) => /^(\d+):(\d+)$/.exec(word))
    .flatMap((match) => (match === null ? [] : [{ layer: Number(match[1]) - 1, neuron: Number(match[2]) }]))
    .filter(({ layer, neuron }) => neuron < (probe?.steps[0]?.layers[layer]?.potentials.length ?? 0))
    .slice(0, MOST_CHOSEN);
}
