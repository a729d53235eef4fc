/** How the stage is divided: whole pictures side by side, or one place whose pictures wipe over each other. */

export const LAYOUTS = ['side', 'wipe', 'difference', 'ratio'] as const;
/** The last two show what distinguishes two runs beside them. */
export type Layout = (typeof LAYOUTS)[number];

/** A rectangle, whole pixels from the top left. */
export interface Pane {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels between panes. */
const GAP = 2;

/** Equal panes, in the number of columns that shows a square object largest; of equal ones the most. */
export function panesOf(count: number, { width, height }: Size): Pane[] {
  const all = Array.from({ length: count }, (_, i) => {
    const [columns, rows] = [i + 1, Math.ceil(count / (i + 1))];
    const pane = {
      width: Math.max(1, Math.floor((width - GAP * (columns - 1)) / columns)),
      height: Math.max(1, Math.floor((height - GAP * (rows - 1)) / rows)),
    };
    return { columns, pane, shows: Math.min(pane.width, pane.height) };
  });
  const { columns, pane } = all.reduce((best, one) => (one.shows >= best.shows ? one : best));
  return Array.from({ length: count }, (_, i) => ({
    ...pane,
    left: (i % columns) * (pane.width + GAP),
    top: Math.floor(i / columns) * (pane.height + GAP),
  }));
}

/** The division of the stage as it is now. */
export class StageLayout {
  /** Number of parts that are shown. */
  parts = 1;
  /** They lie over each other. */
  wipes = false;
  private readonly stage: HTMLElement;

  constructor(stage: HTMLElement) {
    this.stage = stage;
  }

  /** Size of the stage, in page pixels. */
  get size(): Size {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  /** One for each part, in page pixels; one for all where they wipe over each other. */
  get panes(): readonly Pane[] {
    return this.panesIn(this.size);
  }

  /** Where one more pane would lie, if the panes leave it empty; else null. */
  get free(): Pane | null {
    const { panes } = this;
    const width = new Set(panes.map(({ left }) => left)).size;
    if (panes.length % width === 0) return null;
    const last = panes[panes.length - 1];
    return { ...last, left: panes[panes.length % width].left };
  }

  /** The same division of another rectangle. */
  panesIn(size: Size): readonly Pane[] {
    return panesOf(this.wipes ? 1 : this.parts, size);
  }
}
