import type { Rays } from '../../src/geometry/rays.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { describe, expect, it } from 'vitest';
import { EngineSource } from '../../src/frames/engine-source.ts';
import type { Frame, FrameRequest } from '../../src/frames/frame-source.ts';
import { ShownField } from '../../src/frames/shown-field.ts';
import { type FieldEngine, type RenderedRays } from '../../src/engine/backend.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

/** Draws every ray in the colour of its origin; says what it is asked for. */
class PaintingEngine implements Pick<FieldEngine, 'spec' | 'renderRays' | 'readOccupancy' | 'writeOccupancy' | 'dispose'> {
  readonly spec = fieldFixture().spec;
  readonly calls: number[] = [];
  readonly said: string[] = [];
  underWay = 0;

  async renderRays({ count, origins }: Rays): Promise<RenderedRays> {
    expect(++this.underWay, 'calls are sequential').toBe(1);
    this.calls.push(count);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.underWay--;
    const ones = (): Uint32Array => new Uint32Array(count).fill(1);
    const flat = (value: number): Float32Array => new Float32Array(count).fill(value);
    const counts = { ...emptyCounts(), rays: count };
    return { rgb: origins, depth: flat(1), opacity: flat(1), samples: ones(), spikes: ones(), counts };
  }

  async readOccupancy(): Promise<Uint8Array> {
    const [nx, ny, nz] = this.spec.grid.size;
    return new Uint8Array(nx * ny * nz).fill(1);
  }

  async writeOccupancy(occupancy: Uint8Array): Promise<void> {
    this.said.push(`occupied ${occupancy.reduce((sum, one) => sum + one, 0)}`);
  }

  async dispose(): Promise<void> {
    expect(this.underWay).toBe(0);
    this.said.push('disposed');
  }
}

const intrinsics = { width: 64, height: 48, fx: 50, fy: 50, cx: 32, cy: 24 };
const request = (scales: number[], more: Partial<FrameRequest> = {}): FrameRequest => ({
  camera: { camToWorld: [1, 0, 0, 0.25, 0, 1, 0, 0.5, 0, 0, 1, 0.75, 0, 0, 0, 1], intrinsics },
  output: 'colour',
  scales,
  background: [1, 1, 1],
  crop: null,
  ...more,
});

function open(): { engine: PaintingEngine; source: EngineSource } {
  const engine = new PaintingEngine();
  return { engine, source: new EngineSource(Promise.resolve(new ShownField(engine as unknown as FieldEngine, 7, 1)), 33) };
}

async function collect(frames: AsyncIterable<Frame>): Promise<Frame[]> {
  const all: Frame[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
}

const { signal } = new AbortController();

describe('a source on an engine', () => {
  it('draws a frame for each scale, in turns that fit the speed of the engine', async () => {
    const { engine, source } = open();
    const frames = await collect(source.frames('a', request([4, 1]), signal));
    expect(frames.map(({ width, height, scale, step }) => [width, height, scale, step])).toEqual([
      [16, 12, 4, 7],
      [64, 48, 1, 7],
    ]);
    expect([...frames[1].pixels.slice(-3)]).toEqual([64, 128, 191]);
    const [coarse, ...fine] = engine.calls;
    expect(coarse).toBe(16 * 12);
    expect(fine.reduce((sum, count) => sum + count, 0)).toBe(64 * 48);
    // A turn in which the machine had something else to do makes the engine look slow, but not for ever.
    for (let picture = 0; picture < 20 && engine.calls.at(-1) !== 64 * 48; picture++)
      await collect(source.frames('a', request([1]), signal));
    expect(engine.calls.at(-1), 'a fast engine draws all at once').toBe(64 * 48);
  });

  it('gives up between turns what is aborted, or asked anew for the same layer, and goes on with other layers', async () => {
    const { engine, source } = open();
    const abort = new AbortController();
    const aborted = collect(source.frames('a', request([1]), abort.signal));
    const other = collect(source.frames('b', request([1]), signal));
    await new Promise((resolve) => setTimeout(resolve, 0));
    abort.abort();
    await expect(aborted).rejects.toThrow(/abort/);
    expect(await other).toHaveLength(1);
    const drawn = engine.calls.reduce((sum, count) => sum + count, 0);
    expect(drawn, 'the aborted picture is not finished').toBeLessThan(2 * 64 * 48);

    const replaced = collect(source.frames('b', request([1]), signal));
    const newest = collect(source.frames('b', request([2]), signal));
    expect(await replaced).toEqual([]);
    expect((await newest)[0].scale).toBe(2);
  });

  it('shows the crop box of each picture', async () => {
    const { engine, source } = open();
    const { min, max, size } = engine.spec.grid;
    await collect(source.frames('a', request([4], { crop: { min, max: [max[0] + 1, max[1] + 1, min[2]] } }), signal));
    await collect(source.frames('a', request([4]), signal));
    expect(engine.said).toEqual([`occupied ${size[0] * size[1]}`, `occupied ${size[0] * size[1] * size[2]}`]);
  });

  it('passes errors on, and is ready for what comes next', async () => {
    const { source } = open();
    const wrong = { ...request([1]), output: 'nothing' as FrameRequest['output'] };
    await expect(collect(source.frames('a', wrong, signal))).rejects.toThrow();
    expect(await collect(source.frames('a', request([2]), signal))).toHaveLength(1);
    const never = new EngineSource(Promise.reject(new RangeError('no field')), 33);
    await expect(collect(never.frames('a', request([1]), signal))).rejects.toThrow('no field');
  });

  it('is disposed of after the turn under way', async () => {
    const { engine, source } = open();
    const frames = collect(source.frames('a', request([1]), signal));
    await new Promise((resolve) => setTimeout(resolve, 0));
    await source.dispose();
    expect(engine.said).toEqual(['disposed']);
    expect(await frames).toEqual([]);
  });
});
