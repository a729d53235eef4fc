/**
 * Camera rays (src/geometry/camera.ts), for lenses without distortion: pixel (u, v) at its centre looks along
 *
 *     R ((u + 1/2 - cx) / fx, -(v + 1/2 - cy) / fy, -1)
 *
 * Work: one thread a ray. `rays` has the origins of all rays, then the directions. Cost: 24 bytes a ray.
 */
import type { KernelText } from './kernel.ts';
import { stepStruct, viewStruct } from './uniforms.ts';

export const CAMERA_RAYS = 64;

export const cameraRays: KernelText = {
  name: 'cameraRays',
  buffers: { step: 'uniform Step', view: 'uniform View', rays: 'write array<f32>' },
  code: /* wgsl */ `
${stepStruct.wgsl}${viewStruct.wgsl}
fn setVector(i: u32, value: vec3<f32>) {
  rays[3u * i] = value.x;
  rays[3u * i + 1u] = value.y;
  rays[3u * i + 2u] = value.z;
}

@compute @workgroup_size(${CAMERA_RAYS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let ray = id.x;
  if (ray >= step.rayCount) { return; }
  let pixel = view.firstPixel + step.firstRay + ray;
  let x = (f32(pixel % view.width) + 0.5 - view.cx) / view.fx;
  let y = (f32(pixel / view.width) + 0.5 - view.cy) / view.fy;
  setVector(ray, vec3<f32>(view.m03, view.m13, view.m23));
  let right = vec3<f32>(view.m00, view.m10, view.m20);
  let up = vec3<f32>(view.m01, view.m11, view.m21);
  let back = vec3<f32>(view.m02, view.m12, view.m22);
  let direction = right * x - up * y - back;
  setVector(step.rayCount + ray, select(direction, normalize(direction), view.unitDirections == 1u));
}
`,
};
