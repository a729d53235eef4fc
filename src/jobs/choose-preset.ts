/** The preset that suits a scene for which none is named. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { PresetName } from '../config/presets.ts';
import { DEFAULT_PRESET } from '../config/resolve-config.ts';
import type { Reporter } from '../base/events.ts';
import { spaceFacts } from '../spaces/index.ts';

/** Reports it unless it is the default one. */
export function presetFor({ space }: SceneData, report: Reporter): PresetName {
  const { preset, sceneName } = spaceFacts(space);
  if (preset !== DEFAULT_PRESET) report({ type: 'note', text: `${sceneName}: preset ${preset}` });
  return preset;
}
