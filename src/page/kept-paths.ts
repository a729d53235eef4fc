/** Where the page keeps what it keeps (library.ts says what that is). */
import { SCENE_FILE } from '../baked/baked-scene.ts';

export const SCENES = '/scenes';
export const RUNS = '/runs';

/** A scene that came with its run. */
export const OWN_SCENE = 'scene';

/** Before the name of a run that the page keeps, where viewers are told of runs. */
export const KEPT = 'kept:';

/** The field of a run as the viewer shows it. */
export const bakedOf = (run: string): string => `${RUNS}/${run}/export/${SCENE_FILE}`;
