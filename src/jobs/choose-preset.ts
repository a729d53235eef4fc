/** `--preset`: what is named, else what suits the scene. */
import { Option } from 'commander';
import type { SceneData } from '../../datasets/scene-data.ts';
import { presets, type PresetName } from '../config/presets.ts';
import { DEFAULT_PRESET } from '../config/resolve-config.ts';
import type { Reporter } from '../base/events.ts';

/** For scenes that the default preset does not suit. */
const FORWARD_FACING: PresetName = 'llff';
const UNBOUNDED: PresetName = 'unbounded';

export function presetOption(): Option {
  return new Option(
    '--preset <name>',
    `settings to start from: ${Object.keys(presets).join(', ')} (default: ${DEFAULT_PRESET}; ${FORWARD_FACING} for forward-facing scenes, ${UNBOUNDED} for unbounded ones)`,
  );
}

/** The preset of a scene for which none is named. */
export function presetFor({ space }: SceneData, report: Reporter): PresetName {
  if (space.kind === 'bounded') return DEFAULT_PRESET;
  const [what, preset] = space.kind === 'ndc' ? (['a forward-facing', FORWARD_FACING] as const) : (['an unbounded', UNBOUNDED] as const);
  report({ type: 'note', text: `${what} scene: preset ${preset}` });
  return preset;
}
