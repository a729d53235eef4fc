/** The crop box: a low and a high slider for each axis. */
import type { Vec3 } from '../src/geometry/vector.ts';
import type { CropBox } from '../src/frames/crop-occupancy.ts';
import { byId, element } from './elements.ts';

type Bounds = { readonly min: readonly number[]; readonly max: readonly number[] };

const STEPS = 200;

export class CropPanel {
  private readonly on = byId<HTMLInputElement>('crop-on');
  private readonly sliders: { readonly low: HTMLInputElement; readonly high: HTMLInputElement }[];
  private readonly changed: (crop: CropBox | null) => void;

  /** @param around the sliders' ends */
  constructor(crop: CropBox | null, around: Bounds, changed: (crop: CropBox | null) => void) {
    this.changed = changed;
    this.on.checked = crop !== null;
    this.sliders = ['x', 'y', 'z'].map((axis, i) => {
      const slider = (which: 'low' | 'high', value: number): HTMLInputElement => {
        const ends = { min: String(around.min[i]), max: String(around.max[i]), step: String((around.max[i] - around.min[i]) / STEPS) };
        const made = element('input', { type: 'range', ...ends, value: String(value), label: `Crop, ${which} ${axis}` });
        made.addEventListener('input', () => {
          this.tell();
        });
        return made;
      };
      const low = slider('low', crop?.min[i] ?? around.min[i]);
      const high = slider('high', crop?.max[i] ?? around.max[i]);
      byId('crop').append(axis, low, high);
      return { low, high };
    });
    this.on.addEventListener('change', () => {
      this.tell();
    });
  }

  private tell(): void {
    const ends = this.sliders.map(({ low, high }) => [Number(low.value), Number(high.value)].sort((a, b) => a - b));
    const corner = (which: 0 | 1): Vec3 => ends.map((pair) => pair[which]) as unknown as Vec3;
    this.changed(this.on.checked ? { min: corner(0), max: corner(1) } : null);
  }
}
