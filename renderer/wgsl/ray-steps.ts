/**
 * The steps of a ray (docs/model.md, sections 1 and 9): where in the grid they are, how far along the ray, which exist, and how far a leap may
 * go. The two kinds of space are two texts that define the same:
 *
 *     spanOf(ray) -> Span              steps, exitDistance, perStep: what an evenly spaced step adds to the grid coordinates
 *     stepAt(span, i) -> vec3<f32>     grid coordinates of step i
 *     distanceAt(span, i) -> f32       of step i, in the unit of the field's space
 *     walkTo(&walk, span, i) -> bool   whether step i exists, and then its coordinates `walk.g`; steps in rising order
 *     leapFrom(walk, span, i, n)       the next step, where the n - 1 evenly spaced ones after step i are in empty space
 *
 * Need the uniforms `grid`, `step` and the buffer `rays`: the origins of all rays, then the directions; then those that the network sees, where
 * they are others.
 */
import { contractionWgsl } from './contraction.ts';

export function rayStepsWgsl(contracted: boolean): string {
  return shared + (contracted ? contractionWgsl + contractedSteps : straightSteps);
}

const shared = /* wgsl */ `
const ON_PLANE = 1e-3;
fn rayVector(i: u32) -> vec3<f32> {
  return vec3<f32>(rays[3u * i], rays[3u * i + 1u], rays[3u * i + 2u]);
}

fn lowOf() -> vec3<f32> {
  return vec3<f32>(grid.minX, grid.minY, grid.minZ);
}

fn highOf() -> vec3<f32> {
  return vec3<f32>(grid.maxX, grid.maxY, grid.maxZ);
}

/** Coordinates of the grid's last point. */
fn lastPoint() -> vec3<f32> {
  return vec3<f32>(f32(grid.nx - 1), f32(grid.ny - 1), f32(grid.nz - 1));
}
`;

/** Evenly from the near to the far side of the box, steps 0 ... steps - 1; slab test. */
const straightSteps = /* wgsl */ `
struct Span {
  steps: i32,
  origin: vec3<f32>,
  perStep: vec3<f32>,
  startDistance: f32,
  exitDistance: f32,
}

fn away(d: vec3<f32>) -> vec3<f32> {
  return select(d, vec3<f32>(1e-9), abs(d) < vec3<f32>(1e-9));
}

fn spanOf(ray: u32) -> Span {
  let o = rayVector(ray);
  let d = rayVector(step.rayCount + ray);
  let low = lowOf();
  let high = highOf();
  let size = select(1.0, length(d), grid.metricSteps == 1u);
  let a = (low - o) / away(d);
  let b = (high - o) / away(d);
  let entry = min(a, b);
  let leave = max(a, b);
  let tMin = max(grid.near, max(max(entry.x, entry.y), entry.z));
  let tMax = min(min(min(leave.x, leave.y), leave.z), select(1.0, 3e38, grid.metricSteps == 1u));
  var span: Span;
  if (!(tMax > tMin)) { return span; }
  let scale = lastPoint() / (high - low);
  span.startDistance = size * tMin;
  span.exitDistance = size * tMax;
  span.steps = i32(ceil((span.exitDistance - span.startDistance) / grid.stepLength));
  span.origin = (o + d * tMin - low) * scale;
  span.perStep = d * (grid.stepLength / size) * scale;
  return span;
}

fn stepAt(span: Span, i: i32) -> vec3<f32> {
  let g = clamp(span.origin + span.perStep * f32(i), vec3<f32>(0.0), lastPoint());
  let onPlane = grid.metricSteps == 0u && abs(g.z - round(g.z)) < ON_PLANE;
  return vec3<f32>(g.xy, select(g.z, round(g.z), onPlane));
}

fn distanceAt(span: Span, i: i32) -> f32 {
  return span.startDistance + f32(i) * grid.stepLength;
}

struct Walk { g: vec3<f32> }

fn walkTo(walk: ptr<function, Walk>, span: Span, i: i32) -> bool {
  (*walk).g = stepAt(span, i);
  return true;
}

fn leapFrom(walk: Walk, span: Span, i: i32, n: i32) -> i32 {
  return i + n;
}
`;

/** Through contracted space, all rays at the same distances. Only the evenly spaced steps in the cube are leapt over. */
const contractedSteps = /* wgsl */ `
struct Span {
  steps: i32,
  origin: vec3<f32>,
  direction: vec3<f32>,
  perStep: vec3<f32>,
  exitDistance: f32,
  /** The last step up to which a ray that is in the cube stays in it, all evenly spaced; some are left out, for rounding. */
  lastEven: i32,
}

fn spanOf(ray: u32) -> Span {
  let o = rayVector(ray);
  let d = rayVector(step.rayCount + ray);
  let leave = select((select(vec3<f32>(-1.0), vec3<f32>(1.0), d > vec3<f32>(0.0)) - o) / d, vec3<f32>(4.0), abs(d) < vec3<f32>(1e-9));
  let exit = clamp(min(min(leave.x, leave.y), leave.z), 0.0, 2.0);
  let inner = f32(grid.innerSteps);
  var span: Span;
  span.steps = 2 * grid.innerSteps;
  span.origin = o;
  span.direction = d;
  span.perStep = d * (2.0 / inner) * (lastPoint() / (highOf() - lowOf()));
  span.exitDistance = stepParameter(span.steps - 1);
  span.lastEven = min(i32(0.5 * exit * inner - 1.5), grid.innerSteps - 1);
  return span;
}

fn distanceAt(span: Span, i: i32) -> f32 {
  return stepParameter(i);
}

fn stepAt(span: Span, i: i32) -> vec3<f32> {
  return gridPlace(contract(span.origin + span.direction * stepParameter(i)).xyz);
}

fn gridPlace(c: vec3<f32>) -> vec3<f32> {
  let last = lastPoint();
  return clamp((c - lowOf()) * (last / (highOf() - lowOf())), vec3<f32>(0.0), last);
}

struct Walk {
  g: vec3<f32>,
  /** Place of the step before, in contracted space; its last component is 0 before there is one. */
  before: vec4<f32>,
  /** Since the last step that exists. */
  moved: f32,
}

fn walkTo(walk: ptr<function, Walk>, span: Span, i: i32) -> bool {
  let t = stepParameter(i);
  if (t < grid.near) { return false; }
  let place = contract(span.origin + span.direction * t);
  if (place.w > 1.0) {
    let before = (*walk).before;
    (*walk).moved += select(0.0, distance(place.xyz, before.xyz), before.w > 0.0);
  }
  (*walk).before = place;
  if (place.w > 1.0 && (*walk).moved <= LEAST_MOVE * grid.stepLength) { return false; }
  (*walk).moved = 0.0;
  (*walk).g = gridPlace(place.xyz);
  return true;
}

fn leapFrom(walk: Walk, span: Span, i: i32, n: i32) -> i32 {
  return i + select(1, max(1, min(n, span.lastEven - i)), walk.before.w <= 1.0);
}
`;
