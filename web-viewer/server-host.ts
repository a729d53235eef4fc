/** A run on a server: pictures, photos and training are its own. */
import { ask, photoPath, readScene, type RunDetails } from './api.ts';
import type { SceneHost } from './scene-host.ts';
import { ServerSource } from './server-source.ts';
import { TrainingPanel } from './training-panel.ts';

export function serverHost(run: RunDetails): SceneHost {
  return {
    run,
    draws: 'the server, on its wasm backend',
    open: (id) => new ServerSource(id),
    scene: readScene,
    photo: ({ split, index }, width) => photoPath(run.id, split, index, width),
    saveUp: async (up) => {
      await ask(`api/runs/${encodeURIComponent(run.id)}/up`, { json: { up } });
    },
    watchTraining: (listener) => {
      new TrainingPanel(run.id, listener);
    },
  };
}
