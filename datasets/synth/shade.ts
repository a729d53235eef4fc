/**
 * Colour of a surface point towards a viewer: sun with shadow, sky with ambient occlusion, and view-dependent gloss.
 *
 *     L = (1 - metal) albedo (sky(n) open + sun shadow n.l) + F_sun D G sun shadow n.l + F_sky sky(r) open
 *
 * GGX highlight (Walter et al. 2007) with Schlick's Fresnel; r is the mirrored view direction. Mirrors look once into the scene along r.
 */
import type { Part } from './part.ts';
import type { OcclusionField } from './occlusion-field.ts';
import type { PartTree } from './part-tree.ts';
import { skyIrradiance, skyRadiance, SUN, SUN_COLOUR, SUN_SIZE } from './surroundings.ts';

/** Off the surface by this much before looking for shadows and reflections, metres. */
const LIFT = 1e-5;

export const MOST_BOUNCES = 2;

export interface Lighting {
  readonly tree: PartTree;
  readonly occlusion: OcclusionField;
}

/**
 * Radiance of part `hit` at distance `t` along the ray, linear RGB, to `out[0..2]`. (sunU, sunV) in [-1,1]^2 is the place on the sun's disc
 * that casts the shadow: average over several for soft shadows. `bounces`: how many more mirrors a look may take, at most
 * `MOST_BOUNCES`.
 */
export function shade(
  lighting: Lighting,
  ray: Float64Array,
  t: number,
  hit: number,
  sunU: number,
  sunV: number,
  bounces: number,
  out: Float64Array,
): void {
  const { tree, occlusion } = lighting;
  const part: Part = tree.parts[hit];
  const { material } = part;
  const dx = ray[3];
  const dy = ray[4];
  const dz = ray[5];
  const x = ray[0] + dx * t;
  const y = ray[1] + dy * t;
  const z = ray[2] + dz * t;

  tree.toLocal(hit, x, y, z, local);
  albedo.set(material.colour);
  material.pattern?.(local[0], local[1], local[2], albedo);
  part.shape.normal(local[0], local[1], local[2], normal);
  tree.directionToWorld(hit, normal);
  const nx = normal[0];
  const ny = normal[1];
  const nz = normal[2];

  const facing = Math.max(1e-4, -(nx * dx + ny * dy + nz * dz));
  const open = occlusion.openness(x, y, z, nx, ny, nz);
  const towardsSun = nx * SUN[0] + ny * SUN[1] + nz * SUN[2];
  const lit = towardsSun > 0 ? towardsSun * sunlight(tree, x + nx * LIFT, y + ny * LIFT, z + nz * LIFT, sunU, sunV) : 0;
  const highlight = lit > 0 ? lit * ggx(normal, ray, Math.max(0.06, material.roughness), facing) : 0;

  const mx = dx + 2 * facing * nx;
  const my = dy + 2 * facing * ny;
  const mz = dz + 2 * facing * nz;
  skyIrradiance(nx, ny, nz, ambient);
  skyRadiance(mx, my, mz, material.roughness, reflected);
  const glancing = (1 - facing) ** 5 * (1 - 0.7 * material.roughness);
  const glossOpen = open * (1 - material.roughness) + open * open * material.roughness;
  const glow = material.glow ?? 0;
  const mirrors = material.mirror === true && bounces > 0;
  for (let k = 0; k < 3; k++) {
    const head = 0.04 * (1 - material.metal) + albedo[k] * material.metal;
    const fresnel = head + (1 - head) * glancing;
    const matt = (1 - material.metal) * albedo[k] * (ambient[k] * open + SUN_COLOUR[k] * lit * 0.55);
    const own = matt + highlight * head * SUN_COLOUR[k] + albedo[k] * glow;
    if (mirrors) {
      // The scratch arrays are about to be reused: what this surface adds waits in arrays of its bounce.
      waiting[bounces][k] = own;
      waiting[bounces][k + 3] = fresnel;
    } else out[k] = own + fresnel * reflected[k] * glossOpen;
  }
  if (!mirrors) return;
  const next = Float64Array.of(x + nx * LIFT, y + ny * LIFT, z + nz * LIFT, mx, my, mz);
  radiance(lighting, next, sunU, sunV, bounces - 1, out);
  for (let k = 0; k < 3; k++) out[k] = waiting[bounces][k] + waiting[bounces][k + 3] * out[k];
}

/** What a ray [ox oy oz dx dy dz] sees: the first part, or the sky. */
function radiance(lighting: Lighting, ray: Float64Array, sunU: number, sunV: number, bounces: number, out: Float64Array): void {
  const hit = lighting.tree.first(ray[0], ray[1], ray[2], ray[3], ray[4], ray[5]);
  if (hit >= 0) shade(lighting, ray, lighting.tree.distance, hit, sunU, sunV, bounces, out);
  else skyRadiance(ray[3], ray[4], ray[5], 0, out);
}

/** 1 if the place (u, v) on the sun's disc is visible, 0 in shadow. */
function sunlight(tree: PartTree, x: number, y: number, z: number, u: number, v: number): number {
  // Two directions across the sun's: SUN has no vanishing horizontal part.
  const across = Math.hypot(SUN[0], SUN[1]);
  const ax = -SUN[1] / across;
  const ay = SUN[0] / across;
  const dx = SUN[0] + SUN_SIZE * (u * ax - v * SUN[2] * ay);
  const dy = SUN[1] + SUN_SIZE * (u * ay + v * SUN[2] * ax);
  const dz = SUN[2] + SUN_SIZE * v * (SUN[0] * ay - SUN[1] * ax);
  const scale = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
  return tree.blocked(x, y, z, dx * scale, dy * scale, dz * scale) ? 0 : 1;
}

/** D G / (4 n.l n.v) of the GGX lobe for the sun; the Fresnel factor and n.l are the caller's. */
function ggx(n: Float64Array, ray: Float64Array, roughness: number, facing: number): number {
  const hx = SUN[0] - ray[3];
  const hy = SUN[1] - ray[4];
  const hz = SUN[2] - ray[5];
  const along = (n[0] * hx + n[1] * hy + n[2] * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
  const light = n[0] * SUN[0] + n[1] * SUN[1] + n[2] * SUN[2];
  const a2 = roughness ** 4;
  const d = a2 / (Math.PI * (along * along * (a2 - 1) + 1) ** 2);
  const k = (roughness + 1) ** 2 / 8;
  const visibility = 1 / (4 * (light * (1 - k) + k) * (facing * (1 - k) + k));
  return d * visibility;
}

const waiting = Array.from({ length: MOST_BOUNCES + 1 }, () => new Float64Array(6));
const local = new Float64Array(3);
const normal = new Float64Array(3);
const albedo = new Float64Array(3);
const ambient = new Float64Array(3);
const reflected = new Float64Array(3);
