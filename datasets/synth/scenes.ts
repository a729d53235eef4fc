/** The registry of generated scenes. A new one is one file that returns parts, and one entry here. */
import { InputError } from '../../src/errors.ts';
import { armillaryParts } from './armillary.ts';
import { locomotiveParts } from './locomotive.ts';
import type { Part } from './part.ts';
import { prepareScene, type SyntheticScene } from './render-synthetic.ts';

interface SceneEntry {
  readonly name: string;
  readonly description: string;
  /** Samples a pixel along each axis. */
  readonly samples: number;
  readonly parts: () => Part[];
}

export const SYNTHETIC_SCENES: readonly SceneEntry[] = [
  { name: 'object', description: 'a toy locomotive: spokes, rods, windows, enamel and brass', samples: 3, parts: locomotiveParts },
  { name: 'hard', description: 'an armillary sphere: wires, lattice, graduated rings, a mirror ball', samples: 3, parts: armillaryParts },
];

/** Throws InputError naming the scenes there are. */
export function createSyntheticScene(name: string): SyntheticScene {
  const entry = SYNTHETIC_SCENES.find((scene) => scene.name === name);
  if (entry === undefined) {
    const names = SYNTHETIC_SCENES.map((scene) => scene.name).join(', ');
    throw new InputError(`scene: expected the name of a generated scene, found "${name}"`, `Use one of ${names}.`);
  }
  return prepareScene(entry.name, entry.parts(), entry.samples);
}
