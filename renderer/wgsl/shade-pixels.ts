/**
 * Rendered rays as pixels: red, green and blue in 8 bits, then depths in 16 bits, in units; 65535 where nothing is opaque.
 *
 * Work: one thread for four pixels, which are three words of colours and two of depths. Cost: 24 bytes a ray read, 5 written.
 */
import type { KernelText } from './kernel.ts';
import { stepStruct, viewStruct } from './uniforms.ts';

/** Pixels of a workgroup. */
export const SHADE_PIXELS = 256;

export const shadePixels: KernelText = {
  name: 'shadePixels',
  buffers: { step: 'uniform Step', view: 'uniform View', rendered: 'read array<u32>', picture: 'write array<u32>' },
  code: /* wgsl */ `
${stepStruct.wgsl}${viewStruct.wgsl}
fn level(value: u32) -> u32 {
  return u32(floor(clamp(bitcast<f32>(value), 0.0, 1.0) * 255.0 + 0.5));
}

@compute @workgroup_size(${SHADE_PIXELS / 4})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = step.rayCount;
  let quads = (n + 3u) / 4u;
  if (id.x >= quads) { return; }
  var colours = array<u32, 3>();
  var depths = array<u32, 2>();
  for (var k = 0u; k < 4u; k++) {
    let ray = min(4u * id.x + k, n - 1u);
    for (var channel = 0u; channel < 3u; channel++) {
      let at = 3u * k + channel;
      colours[at / 4u] |= level(rendered[3u * ray + channel]) << (8u * (at % 4u));
    }
    let units = floor(bitcast<f32>(rendered[3u * n + ray]) * view.depthUnits + 0.5);
    let opaque = bitcast<f32>(rendered[4u * n + ray]) > 0.5;
    depths[k / 2u] |= select(65535u, u32(clamp(units, 0.0, 65535.0)), opaque) << (16u * (k % 2u));
  }
  for (var i = 0u; i < 3u; i++) { picture[3u * id.x + i] = colours[i]; }
  for (var i = 0u; i < 2u; i++) { picture[3u * quads + 2u * id.x + i] = depths[i]; }
}
`,
};
