/** The colours in which a viewer's page shows a rendered image, unless somebody chose others. */
import type { RenderedImage } from '../../renderer/render-image.ts';
import { colourContent } from '../../src/frames/frame-content.ts';
import { contentOf, type OutputMode } from '../../src/frames/output-modes.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { FieldSpec } from '../../src/model/field-spec.ts';

/** [height,width,3] 0..1 */
export function shownColours(mode: OutputMode, image: RenderedImage, camera: Camera, spec: FieldSpec): Float32Array {
  const content = contentOf(mode, image, camera, spec);
  const opacity = Uint8Array.from(image.opacity, (value) => Math.round(value * 255));
  const map = mode === 'depth' ? 'turbo' : 'viridis';
  const style = content.kind === 'values' ? ({ scale: content.scale, map, inverted: false, fades: mode === 'depth' } as const) : null;
  const rgba = colourContent(content, opacity, style);
  return Float32Array.from({ length: opacity.length * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)] / 255);
}
