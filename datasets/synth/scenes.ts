/** The registry of generated scenes. A new one is one file that returns parts, and one entry here. */
import { InputError } from '../../src/base/errors.ts';
import { armillaryParts } from './armillary.ts';
import { engineShedParts } from './engine-shed.ts';
import { facadeParts, streetParts } from './facade.ts';
import { landscapeParts } from './landscape.ts';
import { locomotiveParts } from './locomotive.ts';
import type { Part } from './part.ts';
import { prepareScene, type SyntheticScene } from './render-synthetic.ts';
import type { SceneWriter } from './scene-writer.ts';
import { streetCameras } from './capture-cameras.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { writeBlender } from './write-blender.ts';
import { writeLlff } from './write-llff.ts';
import { writeNerfstudio } from './write-nerfstudio.ts';

export type SyntheticFormat = 'blender' | 'llff' | 'nerfstudio';

interface SceneEntry {
  readonly name: string;
  readonly description: string;
  readonly format: SyntheticFormat;
  /** Samples a pixel along each axis. */
  readonly samples: number;
  readonly parts: () => Part[];
  /** Makes the cameras of a nerfstudio capture; default: an orbit. */
  readonly cameras?: (count: number, width: number, seed: number) => Camera[];
  /** Far around the parts; without it they are cut out, or the parts themselves leave no gap. */
  readonly surroundings?: () => Part[];
}

export const SYNTHETIC_SCENES: readonly SceneEntry[] = [
  {
    name: 'object',
    description: 'a toy locomotive: spokes, rods, windows, enamel and brass',
    format: 'blender',
    samples: 3,
    parts: locomotiveParts,
  },
  {
    name: 'hard',
    description: 'an armillary sphere: wires, lattice, graduated rings, a mirror ball',
    format: 'blender',
    samples: 3,
    parts: armillaryParts,
  },
  {
    name: 'forward',
    description: 'the locomotive in its shed, photographed from one side',
    format: 'llff',
    samples: 3,
    parts: engineShedParts,
  },
  {
    name: 'capture',
    description: 'the locomotive photographed from all sides with a lens that distorts',
    format: 'nerfstudio',
    samples: 3,
    parts: locomotiveParts,
  },
  {
    name: 'landscape',
    description: 'the same out of doors: trees and towers to the horizon, and the sky',
    format: 'nerfstudio',
    samples: 3,
    parts: locomotiveParts,
    surroundings: landscapeParts,
  },
  {
    name: 'facade',
    description: 'a long house front, photographed from across the street',
    format: 'nerfstudio',
    samples: 3,
    cameras: streetCameras,
    parts: facadeParts,
    surroundings: streetParts,
  },
];

/** Cameras and files of each format. */
export const WRITERS: Readonly<Record<SyntheticFormat, SceneWriter>> = {
  blender: writeBlender,
  llff: writeLlff,
  nerfstudio: writeNerfstudio,
};

/** Throws InputError naming the scenes there are. */
export function syntheticEntry(name: string): SceneEntry {
  const entry = SYNTHETIC_SCENES.find((scene) => scene.name === name);
  if (entry !== undefined) return entry;
  const names = SYNTHETIC_SCENES.map((scene) => scene.name).join(', ');
  throw new InputError(`scene: expected the name of a generated scene, found "${name}"`, `Use one of ${names}.`);
}

export function createSyntheticScene(name: string): SyntheticScene {
  const entry = syntheticEntry(name);
  return prepareScene(entry.name, entry.parts(), entry.samples, entry.surroundings?.());
}
