/** Which way is up: an axis of the world or that of a level view; kept in the address, and saved with the run where a server can. */
import type { Vec3 } from '../src/geometry/vector.ts';
import { upText } from '../src/geometry/world-up.ts';
import { fixed } from '../src/base/format.ts';
import { byId, setOptions } from './elements.ts';
import { messageOf } from './messages.ts';
import type { ViewState } from './view-state.ts';

export interface UpHost {
  /** The camera's own: a level view stands by it. */
  cameraUp(): Vec3;
  /** The view stands upright by what was chosen, else by the run's own, and the address keeps it. */
  turned(own: Vec3): void;
  /** What was chosen is the run's now: the address need not say it. */
  kept(): void;
  /** Null where nothing can be saved. */
  readonly save: ((up: Vec3) => Promise<void>) | null;
}

const AXES: readonly Vec3[] = [0, 1, 2].flatMap((axis) =>
  [1, -1].map((sign) => [0, 1, 2].map((i) => (i === axis ? sign : 0)) as unknown as Vec3),
);

export class UpPanel {
  private readonly state: ViewState;
  private readonly host: UpHost;
  /** The run's. */
  private own: Vec3;
  private readonly select = byId<HTMLSelectElement>('up');
  private readonly button = byId<HTMLButtonElement>('up-save');

  constructor(own: Vec3, state: ViewState, host: UpHost) {
    this.own = own;
    this.state = state;
    this.host = host;
    this.select.addEventListener('change', () => {
      const chosen = this.select.value;
      this.set(chosen === '' ? null : (chosen.split(',').map(Number) as unknown as Vec3));
    });
    byId('up-level').addEventListener('click', () => {
      this.set(host.cameraUp());
    });
    this.button.addEventListener('click', () => void this.save());
    this.show();
  }

  private set(up: Vec3 | null): void {
    this.state.up = up;
    this.host.turned(this.own);
    this.show();
  }

  private show(said = ''): void {
    const { up } = this.state;
    const options = AXES.map((axis): [string, string] => [axis.join(), upText(axis)]);
    const other: [string, string][] = up === null || options.some(([value]) => value === up.join()) ? [] : [[up.join(), directionText(up)]];
    setOptions(this.select, [['', `as the run has it: ${directionText(this.own)}`], ...options, ...other], up?.join() ?? '');
    this.button.disabled = this.host.save === null || up === null;
    byId('up-status').textContent = said;
  }

  private async save(): Promise<void> {
    const { up } = this.state;
    if (up === null || this.host.save === null) return;
    this.button.disabled = true;
    try {
      await this.host.save(up);
      this.own = up;
      if (this.state.up === up) this.state.up = null;
      this.show('Saved with the run.');
      this.host.kept();
      this.select.focus();
    } catch (error) {
      this.show(messageOf(error));
    }
  }
}

/** An axis has its name, whatever is only near one has not. */
function directionText(up: Vec3): string {
  return AXES.some((axis) => axis.join() === up.join()) ? upText(up) : `(${up.map((value) => fixed(value, 2)).join(', ')})`;
}
