/** The pointer over the scene: what lies under it, and clicks that are no drags. */

export interface PointerListener {
  down(): void;
  /** The thing at a place of the stage, or null. */
  under(x: number, y: number): number | null;
  hover(index: number | null, x: number, y: number): void;
  click(index: number): void;
}

/** Pixels that a click may slip. */
const SLIP = 4;

export function watchPointer(stage: HTMLElement, listener: PointerListener): void {
  let pressed: { x: number; y: number } | null = null;
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
    const index = pressed !== null && Math.hypot(x - pressed.x, y - pressed.y) < SLIP ? listener.under(x, y) : null;
    pressed = null;
    if (index !== null) listener.click(index);
  });
}
