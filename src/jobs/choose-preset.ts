/** The preset that suits a scene for which none is named. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { PresetName } from '../config/presets.ts';
import { DEFAULT_PRESET } from '../config/resolve-config.ts';
import type { Reporter } from '../base/events.ts';

/** For scenes that the default preset does not suit. */
export const FORWARD_FACING: PresetName = 'llff';
export const UNBOUNDED: PresetName = 'unbounded';

/** The preset of a scene for which none is named. */
export function presetFor({ space }: SceneData, report: Reporter): PresetName {
  if (space.kind === 'bounded') return DEFAULT_PRESET;
  const [what, preset] = space.kind === 'ndc' ? (['a forward-facing', FORWARD_FACING] as const) : (['an unbounded', UNBOUNDED] as const);
  report({ type: 'note', text: `${what} scene: preset ${preset}` });
  return preset;
}
