/** A surface in the coordinates of its scene's file, for programs that know that alone. */
import type { WorldFrame } from '../../../datasets/scene-data.ts';
import { pointToFile } from '../../../datasets/world-frame.ts';
import type { ColouredSurface } from './mesh.ts';

export function inFile(surface: ColouredSurface, frame: WorldFrame | null): ColouredSurface {
  if (frame === null) return surface;
  const positions = new Float32Array(surface.positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = surface.positions.subarray(i, i + 3);
    positions.set(pointToFile(frame, [x, y, z]), i);
  }
  return { ...surface, positions };
}
