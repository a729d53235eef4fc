/** Keys of the viewer besides those that move the camera (navigation.ts). */
import { OUTPUT_MODES, type OutputMode } from '../src/frames/output-modes.ts';

/** @param actions by `KeyboardEvent.key` */
export function watchKeys(stage: HTMLElement, setOutput: (mode: OutputMode) => void, actions: Readonly<Record<string, () => void>>): void {
  stage.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const mode = OUTPUT_MODES[Number(event.key) - 1];
    if (mode !== undefined) setOutput(mode);
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
