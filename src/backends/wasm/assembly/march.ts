/**
 * Ray marching (docs/model.md, section 1): slab test, leaps over empty space, trilinear density, alpha, transmittance, packed samples.
 *
 * Leaps are exact: at a grid point whose nearest occupied neighbour is d points away (Chebyshev), steps that move every coordinate by at
 * most d - 1 end at empty points, so jumping over them changes nothing. Cost: one byte a leap, eight floats a density sample, its alpha
 * (alpha.ts). In contracted space only the evenly spaced steps inside of the cube can be leapt over.
 *
 * Alphas are computed four at once, so that a ray may look up to three samples further than light reaches; those are forgotten again.
 */
import {
  nx, ny, nz, minX, minY, minZ, maxX, maxY, maxZ, innerSteps, stepLength, metricSteps, near, densityThreshold, weightThreshold,
  density, leap, origins, directions,
} from './state';
import { beginWalk, isInside, lastEvenStep, parameter, placeX, placeY, placeZ, stepParameter, walkTo } from './contraction';
import { densitiesToAlphas, GROUP } from './alpha';
import { locateCell, packPoint, row0, row1, row2, row3, row4, row5, row6, row7 } from './bricks';
import { factorDensity } from './factors';
import { alphaOf, SAMPLE_BYTES, stepOf } from './packed-sample';
import { hasBricks, hasFactors } from './representation';
import { count, DENSITY_EVALUATIONS, DENSITY_SAMPLES, SAMPLES, ACTIVE_RAYS, SPANNED_STEPS } from './stats';

const MIN_TRANSMITTANCE: f32 = 1e-3;
const ON_PLANE: f32 = 1e-3;

// @ts-ignore: decorator
@inline
function away(d: f32): f32 {
  return abs(d) < 1e-9 ? 1e-9 : d;
}

// @ts-ignore: decorator
@inline
function densityOf(row: i32): f32 {
  return load<f32>(density + (<usize>row << 2));
}

/** Distance at which the last marched ray left the box; 0 if it missed. */
export let exitDistance: f32 = 0;
/** Transmittance behind the last marched ray. */
export let lastTransmittance: f32 = 1;
/** Network samples of the last marched ray. */
export let raySamples: i32 = 0;

/**
 * Marches one ray and writes its packed samples from `out` on. `networkIndex` is the index of its first network sample.
 * Returns the end of the written samples; sets exitDistance, lastTransmittance and raySamples.
 */
export function marchRay<R>(ray: i32, out: usize, networkIndex: i32, block: usize): usize {
  const rayOffset = <usize>ray * 12;
  const ox = load<f32>(origins + rayOffset), oy = load<f32>(origins + rayOffset, 4), oz = load<f32>(origins + rayOffset, 8);
  const dx = load<f32>(directions + rayOffset), dy = load<f32>(directions + rayOffset, 4), dz = load<f32>(directions + rayOffset, 8);
  const length: f32 = metricSteps ? sqrt(dx * dx + dy * dy + dz * dz) : 1;

  const ax: f32 = (minX - ox) / away(dx), bx: f32 = (maxX - ox) / away(dx);
  const ay: f32 = (minY - oy) / away(dy), by: f32 = (maxY - oy) / away(dy);
  const az: f32 = (minZ - oz) / away(dz), bz: f32 = (maxZ - oz) / away(dz);
  let tMin = max(near, max(max(min(ax, bx), min(ay, by)), min(az, bz)));
  let tMax = min(min(max(ax, bx), max(ay, by)), max(az, bz));
  if (!metricSteps) tMax = min(tMax, 1);
  const contracted = innerSteps > 0, onPlanes = !metricSteps && !contracted;
  if (contracted) {
    tMin = 0;
    tMax = stepParameter(2 * innerSteps - 1);
    beginWalk();
  }
  lastTransmittance = 1;
  raySamples = 0;
  if (!(tMax > tMin)) {
    exitDistance = 0;
    return out;
  }
  exitDistance = length * tMax;
  const startDistance = length * tMin;
  const steps = contracted ? 2 * innerSteps : <i32>ceil((exitDistance - startDistance) / stepLength);
  const lastEven = contracted ? lastEvenStep(ox, oy, oz, dx, dy, dz) : 0;

  // Grid coordinates: g(i) = g0 + i * gu.
  const sx: f32 = <f32>(nx - 1) / (maxX - minX), sy: f32 = <f32>(ny - 1) / (maxY - minY), sz: f32 = <f32>(nz - 1) / (maxZ - minZ);
  const g0x = (ox + dx * tMin - minX) * sx, g0y = (oy + dy * tMin - minY) * sy, g0z = (oz + dz * tMin - minZ) * sz;
  const perStep = contracted ? <f32>2 / <f32>innerSteps : stepLength / length;
  const gux = dx * perStep * sx, guy = dy * perStep * sy, guz = dz * perStep * sz;
  const leapScale: f32 = 0.9999 / max(max(abs(gux), abs(guy)), abs(guz));
  const topX = <f32>(nx - 1), topY = <f32>(ny - 1), topZ = <f32>(nz - 1);
  const lastX = nx - 2, lastY = ny - 2, lastZ = nz - 2;
  const rowBytes = <usize>nx << 2, planeBytes = <usize>(nx * ny) << 2;
  const rowPoints = nx, planePoints = nx * ny;
  const leapMap = leap, grid = density;

  let transmittance: f32 = 1;
  let samples = 0;
  let evaluations = 0;
  let firstStep = 0, lastStep = -1;
  const first = out;
  // Samples from here on have their density in the place of alpha, and so many had been evaluated in the place of the density's gradient.
  let fresh = out;
  let i = 0;
  while (true) {
    if (i >= steps || out - fresh == <usize>GROUP * SAMPLE_BYTES) {
      if (out > fresh) densitiesToAlphas(fresh, <i32>((out - fresh) / SAMPLE_BYTES));
      while (fresh < out) {
        const alpha = alphaOf(fresh);
        store<f32>(fresh, transmittance, 20);
        if (transmittance * alpha > weightThreshold) {
          store<i32>(fresh, networkIndex + samples, 28);
          lastStep = stepOf(fresh);
          if (samples == 0) firstStep = lastStep;
          samples++;
        } else store<i32>(fresh, -1, 28);
        transmittance *= 1 - alpha;
        fresh += SAMPLE_BYTES;
        if (transmittance < MIN_TRANSMITTANCE) {
          evaluations = load<i32>(fresh - SAMPLE_BYTES, 36);
          i = steps;
          out = fresh;
        }
      }
      if (i >= steps) break;
    }
    const fi = <f32>i;
    let gx = g0x + gux * fi, gy = g0y + guy * fi, gz = g0z + guz * fi;
    if (contracted) {
      if (!walkTo(i, ox, oy, oz, dx, dy, dz)) {
        i++;
        continue;
      }
      gx = (placeX - minX) * sx;
      gy = (placeY - minY) * sy;
      gz = (placeZ - minZ) * sz;
    }
    gx = min(max(gx, 0), topX);
    gy = min(max(gy, 0), topY);
    gz = min(max(gz, 0), topZ);
    if (onPlanes && abs(gz - nearest(gz)) < ON_PLANE) gz = nearest(gz);
    const empty = <i32>load<u8>(leapMap + <usize>(<i32>(gx + 0.5) + rowPoints * <i32>(gy + 0.5) + planePoints * <i32>(gz + 0.5)));
    if (empty) {
      const jump = 1 + <i32>(<f32>(empty - 1) * leapScale);
      i += contracted ? max(1, isInside ? min(jump, lastEven - i) : 1) : jump;
      continue;
    }
    evaluations++;
    const x = min(<i32>gx, lastX), y = min(<i32>gy, lastY), z = min(<i32>gz, lastZ);
    const fx = gx - <f32>x, fy = gy - <f32>y, fz = gz - <f32>z;
    const base = hasBricks<R>() ? packPoint(x, y, z) : x + rowPoints * y + planePoints * z;
    let s: f32;
    if (hasFactors<R>()) {
      s = factorDensity(x, y, z, fx, fy, fz);
    } else if (hasBricks<R>()) {
      locateCell(x, y, z);
      const a00 = densityOf(row0), a01 = densityOf(row1), a10 = densityOf(row2), a11 = densityOf(row3);
      const a0 = a00 + (a01 - a00) * fx, a1 = a10 + (a11 - a10) * fx;
      s = a0 + (a1 - a0) * fy;
      if (fz != 0) {
        const b00 = densityOf(row4), b01 = densityOf(row5), b10 = densityOf(row6), b11 = densityOf(row7);
        const b0 = b00 + (b01 - b00) * fx, b1 = b10 + (b11 - b10) * fx;
        s += (b0 + (b1 - b0) * fy - s) * fz;
      }
    } else {
      const p = grid + (<usize>base << 2);
      const a00 = load<f32>(p), a01 = load<f32>(p, 4);
      const a10 = load<f32>(p + rowBytes), a11 = load<f32>(p + rowBytes, 4);
      const a0 = a00 + (a01 - a00) * fx, a1 = a10 + (a11 - a10) * fx;
      s = a0 + (a1 - a0) * fy;
      if (fz != 0) {
        const q = p + planeBytes;
        const b00 = load<f32>(q), b01 = load<f32>(q, 4);
        const b10 = load<f32>(q + rowBytes), b11 = load<f32>(q + rowBytes, 4);
        const b0 = b00 + (b01 - b00) * fx, b1 = b10 + (b11 - b10) * fx;
        s += (b0 + (b1 - b0) * fy - s) * fz;
      }
    }
    if (s > densityThreshold) {
      store<i32>(out, base);
      store<f32>(out, fx, 4);
      store<f32>(out, fy, 8);
      store<f32>(out, fz, 12);
      store<f32>(out, s, 16);
      store<i32>(out, i, 24);
      store<i32>(out, evaluations, 36);
      store<i32>(out, z, 40);
      store<f32>(out, contracted ? parameter : startDistance + fi * stepLength, 44);
      out += SAMPLE_BYTES;
    }
    i++;
  }
  lastTransmittance = transmittance;
  raySamples = samples;
  count(block, DENSITY_EVALUATIONS, <f64>evaluations);
  count(block, DENSITY_SAMPLES, <f64>((out - first) / SAMPLE_BYTES));
  count(block, SAMPLES, <f64>samples);
  count(block, ACTIVE_RAYS, samples > 0 ? 1 : 0);
  count(block, SPANNED_STEPS, <f64>(lastStep - firstStep + 1));
  return out;
}
