/**
 * Rendered rays as pixels of the textures that show them: colours in 8 bits, and depths in metres, 0 where nothing is opaque.
 *
 * Work: one thread a pixel. Cost: 20 bytes a ray read, 8 written.
 */
import type { KernelText } from './kernel.ts';
import { stepStruct, viewStruct } from './uniforms.ts';

export const SHADE_PIXELS = 64;

export const shadePixels: KernelText = {
  name: 'shadePixels',
  buffers: { step: 'uniform Step', view: 'uniform View', rendered: 'read array<u32>' },
  textures: { colours: 'rgba8unorm', depths: 'r32float' },
  code: /* wgsl */ `
${stepStruct.wgsl}${viewStruct.wgsl}
fn renderedAt(i: u32) -> f32 {
  return bitcast<f32>(rendered[i]);
}

@compute @workgroup_size(${SHADE_PIXELS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = step.rayCount;
  let ray = id.x;
  if (ray >= n) { return; }
  let pixel = view.firstPixel + step.firstRay + ray;
  let place = vec2<u32>(pixel % view.width, pixel / view.width);
  textureStore(colours, place, vec4<f32>(renderedAt(3u * ray), renderedAt(3u * ray + 1u), renderedAt(3u * ray + 2u), 1.0));
  let depth = select(0.0, renderedAt(3u * n + ray) * view.metresPerUnit, renderedAt(4u * n + ray) > 0.5);
  textureStore(depths, place, vec4<f32>(depth, 0.0, 0.0, 1.0));
}
`,
};
