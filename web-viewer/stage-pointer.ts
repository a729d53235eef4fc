/** The pointer over the scene: what lies under it, and clicks that are no drags. */

export interface PointerListener {
  down(): void;
  /** The thing at a place of the stage, or null. */
  under(x: number, y: number): number | null;
  hover(index: number | null, x: number, y: number): void;
  /** A click on a thing, or on none. */
  click(index: number | null, x: number, y: number): void;
  doubleClick(x: number, y: number): void;
}

/** Pixels that a click may slip. */
const SLIP = 4;
/** Milliseconds between the clicks of a double click. */
const DOUBLE = 300;

export function watchPointer(stage: HTMLElement, listener: PointerListener): void {
  let pressed: { x: number; y: number } | null = null;
  let before = { x: 0, y: 0, time: -Infinity };
  let waiting = 0;
  const placeOf = (event: PointerEvent): { x: number; y: number } => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  stage.addEventListener('pointerdown', (event) => {
    stage.focus({ preventScroll: true });
    listener.down();
    pressed = placeOf(event);
  });
  stage.addEventListener('pointermove', (event) => {
    const { x, y } = placeOf(event);
    listener.hover(event.buttons === 0 && event.pointerType === 'mouse' ? listener.under(x, y) : null, x, y);
  });
  stage.addEventListener('pointerleave', () => {
    listener.hover(null, 0, 0);
  });
  stage.addEventListener('pointerup', (event) => {
    const { x, y } = placeOf(event);
    const clicked = event.button === 0 && pressed !== null && Math.hypot(x - pressed.x, y - pressed.y) < SLIP;
    pressed = null;
    clearTimeout(waiting);
    if (!clicked) return;
    const now = event.timeStamp;
    const again = now - before.time < DOUBLE && Math.hypot(x - before.x, y - before.y) < SLIP;
    before = { x, y, time: again ? -Infinity : now };
    if (again) {
      listener.doubleClick(x, y);
      return;
    }
    const index = listener.under(x, y);
    if (index !== null) listener.click(index, x, y);
    // It may be the first of two.
    else waiting = window.setTimeout(() => listener.click(null, x, y), DOUBLE);
  });
}
