import type { Rays } from '../../src/geometry/rays.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { describe, expect, it } from 'vitest';
import { EngineSource } from '../../src/frames/engine-source.ts';
import type { Frame, WantedPicture } from '../../src/frames/frame-source.ts';
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
const wanted = (more: Partial<WantedPicture> = {}): WantedPicture => ({
  camera: { camToWorld: [1, 0, 0, 0.25, 0, 1, 0, 0.5, 0, 0, 1, 0.75, 0, 0, 0, 1], intrinsics },
  output: 'colour',
  background: [1, 1, 1],
  crop: null,
  ...more,
});

function open(): { engine: PaintingEngine; source: EngineSource } {
  const engine = new PaintingEngine();
  return { engine, source: new EngineSource(Promise.resolve(new ShownField(engine as unknown as FieldEngine, 7, 1)), 33) };
}

const { signal: never } = new AbortController();

/** Asks for a picture, and gives the frames that came. */
async function draw(source: EngineSource, layer: string, scales: number[], picture = wanted(), signal = never): Promise<Frame[]> {
  const frames: Frame[] = [];
  const take = (frame: Frame): void => {
    frames.push(frame);
  };
  await source.draw({ layer, scales, picture, signal, target: { take } });
  return frames;
}

describe('a source on an engine', () => {
  it('draws a frame for each scale, in turns that fit the speed of the engine', async () => {
    const { engine, source } = open();
    const frames = await draw(source, 'a', [4, 1]);
    expect(frames.map(({ width, height, scale, step }) => [width, height, scale, step])).toEqual([
      [16, 12, 4, 7],
      [64, 48, 1, 7],
    ]);
    const { content } = frames[1];
    expect(content.kind === 'colours' && [...content.rgb.slice(-3)]).toEqual([64, 128, 191]);
    const [coarse, ...fine] = engine.calls;
    expect(coarse).toBe(16 * 12);
    expect(fine.reduce((sum, count) => sum + count, 0)).toBe(64 * 48);
    // A turn in which the machine had something else to do makes the engine look slow, but not for ever.
    for (let picture = 0; picture < 20 && engine.calls.at(-1) !== 64 * 48; picture++) await draw(source, 'a', [1]);
    expect(engine.calls.at(-1), 'a fast engine draws all at once').toBe(64 * 48);
  });

  it('gives up between turns what is aborted, or asked anew for the same layer, and goes on with other layers', async () => {
    const { engine, source } = open();
    const abort = new AbortController();
    const aborted = draw(source, 'a', [1], wanted(), abort.signal);
    const other = draw(source, 'b', [1]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    abort.abort();
    await expect(aborted).rejects.toThrow(/abort/);
    expect(await other).toHaveLength(1);
    const drawn = engine.calls.reduce((sum, count) => sum + count, 0);
    expect(drawn, 'the aborted picture is not finished').toBeLessThan(2 * 64 * 48);

    const replaced = draw(source, 'b', [1]);
    const newest = draw(source, 'b', [2]);
    expect(await replaced).toEqual([]);
    expect((await newest)[0].scale).toBe(2);
  });

  it('shows the crop box of each picture', async () => {
    const { engine, source } = open();
    const { min, max, size } = engine.spec.grid;
    await draw(source, 'a', [4], wanted({ crop: { min, max: [max[0] + 1, max[1] + 1, min[2]] } }));
    await draw(source, 'a', [4]);
    expect(engine.said).toEqual([`occupied ${size[0] * size[1]}`, `occupied ${size[0] * size[1] * size[2]}`]);
  });

  it('passes errors on, and is ready for what comes next', async () => {
    const { engine, source } = open();
    const { renderRays } = engine;
    engine.renderRays = () => Promise.reject(new RangeError('no rays'));
    await expect(draw(source, 'a', [1])).rejects.toThrow('no rays');
    engine.renderRays = renderRays;
    expect(await draw(source, 'a', [2])).toHaveLength(1);
    const none = new EngineSource(Promise.reject(new RangeError('no field')), 33);
    await expect(draw(none, 'a', [1])).rejects.toThrow('no field');
  });

  it('is disposed of after the turn under way', async () => {
    const { engine, source } = open();
    const frames = draw(source, 'a', [1]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await source.dispose();
    expect(engine.said).toEqual(['disposed']);
    expect(await frames).toEqual([]);
  });
});
