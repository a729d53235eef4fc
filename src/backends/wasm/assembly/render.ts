/** Rendering: blocks of rays, taken by whichever thread is free; each ray is marched, coloured and composited without leaving the cache. */
import {
  outDepth,
  outOpacity,
  outRgb,
  outSamples,
  outSpikes,
  rayCount,
  renderBackgroundB,
  renderBackgroundG,
  renderBackgroundR,
  renderSamples,
  renderSampleStride,
  stats,
  thread,
  workCounter,
} from './state';
import { exitDistance, lastTransmittance, marchRay } from './march';
import {
  addRay,
  chunkHasRoom,
  chunkRay,
  clearChunk,
  completeFeatures,
  endPackedOf,
  endSampleOf,
  exitDistanceOf,
  firstPackedOf,
  firstSampleOf,
  lastTransmittanceOf,
  rayIndexOf,
  rayTotal,
  rowTotal,
  rowsOf,
  sampleTotal,
} from './chunk';
import { counts1, counts2, placeScratch, rowRay } from './scratch';
import { compositeColour } from './composite';
import { forwardNetwork } from './network';
import { alphaOf, distanceOf, SAMPLE_BYTES, transmittanceOf } from './packed-sample';
import { Bricks, Dense, Factors } from './representation';
import { STATS_BYTES } from './stats';

const BLOCK_RAYS = 256;

export function renderBlocks(): void {
  renderAll<Dense>();
}

export function renderBrickBlocks(): void {
  renderAll<Bricks>();
}

export function renderFactorBlocks(): void {
  renderAll<Factors>();
}

function renderAll<R>(): void {
  placeScratch();
  memory.fill(stats + <usize>thread * STATS_BYTES, 0, STATS_BYTES);
  const blocks = (rayCount + BLOCK_RAYS - 1) / BLOCK_RAYS;
  for (let b = atomic.add<i32>(workCounter, 1); b < blocks; b = atomic.add<i32>(workCounter, 1)) {
    renderRange<R>(b * BLOCK_RAYS, min((b + 1) * BLOCK_RAYS, rayCount));
  }
}

function renderRange<R>(firstRay: i32, endRay: i32): void {
  const block = stats + <usize>thread * STATS_BYTES;
  const buffer = renderSamples + <usize>thread * renderSampleStride;
  let out = buffer;
  clearChunk();
  for (let ray = firstRay; ray < endRay; ray++) {
    let first = out;
    out = marchRay<R>(ray, out, sampleTotal, block);
    if (!chunkHasRoom(rowsOf(first, out))) {
      finishChunk<R>(block);
      memory.copy(buffer, first, out - first);
      out = buffer + (out - first);
      first = buffer;
    }
    addRay<R>(ray, first, out, lastTransmittance, exitDistance);
  }
  finishChunk<R>(block);
}

function finishChunk<R>(block: usize): void {
  completeFeatures<R>();
  forwardNetwork(block);
  for (let index = 0; index < rayTotal; index++) {
    const c = chunkRay(index);
    const ray = <usize>rayIndexOf(c);
    const last = lastTransmittanceOf(c);
    const colour = compositeColour(c);
    const at = outRgb + ray * 12;
    store<f32>(at, f32x4.extract_lane(colour, 0) + last * renderBackgroundR);
    store<f32>(at, f32x4.extract_lane(colour, 1) + last * renderBackgroundG, 4);
    store<f32>(at, f32x4.extract_lane(colour, 2) + last * renderBackgroundB, 8);
    let depth = last * exitDistanceOf(c);
    const end = endPackedOf(c);
    for (let r = firstPackedOf(c); r < end; r += SAMPLE_BYTES) depth += transmittanceOf(r) * alphaOf(r) * distanceOf(r);
    store<f32>(outDepth + (ray << 2), depth);
    store<f32>(outOpacity + (ray << 2), 1 - last);
    store<i32>(outSamples + (ray << 2), endSampleOf(c) - firstSampleOf(c));
    store<i32>(outSpikes + (ray << 2), 0);
  }
  for (let row = 0; row < rowTotal; row++) {
    const offset = (<usize>row) << 2;
    const at = outSpikes + ((<usize>rayIndexOf(chunkRay(load<i32>(rowRay + offset)))) << 2);
    store<i32>(at, load<i32>(at) + load<i32>(counts1 + offset) + load<i32>(counts2 + offset));
  }
  clearChunk();
}
