import { describe, expect, it } from 'vitest';
import type { View } from '../../datasets/scene-data.ts';
import { downscaleView } from '../../datasets/downscale.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';
import { indexPixels, viewOfPixel } from '../../src/train/pixel-index.ts';
import { RaySampler } from '../../src/train/ray-sampler.ts';
import { tinyCamera, tinyScene } from './tiny-scene.ts';

/** Every pixel has a colour of its own. */
function numberedViews(sizes: readonly number[]): View[] {
  let number = 0;
  return sizes.map((size, v) => {
    const camera = tinyCamera(v, 0.3, size);
    const rgba = new Uint8Array(size * size * 4);
    for (let i = 0; i < size * size; i++, number++) rgba.set([number & 255, number >> 8, v, 255], i * 4);
    return { name: `v${v}`, camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics, rgba };
  });
}

function numberOf(target: Float32Array, ray: number): number {
  return Math.round(target[ray * 3] * 255) + 256 * Math.round(target[ray * 3 + 1] * 255);
}

describe('pixel numbers', () => {
  it('run through views of different sizes', () => {
    const index = indexPixels(numberedViews([3, 5, 2]));
    expect([...index.first]).toEqual([0, 9, 34]);
    expect(index.total).toBe(38);
    expect([0, 8, 9, 33, 34, 37].map((pixel) => viewOfPixel(index, pixel))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe('ray sampler', () => {
  it('draws every pixel of every view equally often', () => {
    const views = numberedViews([3, 5, 2]);
    const sampler = new RaySampler(views, 'white', 1000, new Random(3));
    const drawn = new Array<number>(38).fill(0);
    for (let i = 0; i < 38; i++) {
      const { target, count } = sampler.next();
      for (let ray = 0; ray < count; ray++) drawn[numberOf(target, ray)]++;
    }
    // Chi-squared with 37 degrees of freedom: 99.9 % lie below 69.3.
    expect(drawn.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(69.3);
  });

  it('draws pixels without contrast less often where that is asked for, and never what a mask leaves out', () => {
    // Eight by eight pixels, white to the left of the middle, and black to its right: two columns on either side see the edge.
    const camera = tinyCamera(0, 0.3, 8);
    const rgba = Uint8Array.from({ length: 256 }, (_, i) => ((i >> 2) % 8 < 4 || i % 4 === 3 ? 255 : 0));
    const view = { name: 'edge', camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics, rgba };
    const columns = (flatPixels: number, masked: boolean): number[] => {
      const sampler = new RaySampler([view], 'white', 40_000, new Random(3), { kind: 'bounded' }, flatPixels);
      // Without the pixels of the columns 0 and 4.
      if (masked) sampler.restrict(Uint32Array.of(0xeeeeeeee, 0xeeeeeeee));
      const drawn = new Array<number>(8).fill(0);
      const { directions, count } = sampler.next();
      const rays = cameraRays(view).directions;
      for (let ray = 0; ray < count; ray++)
        drawn[[0, 1, 2, 3, 4, 5, 6, 7].find((x) => pixelsOf(x).some((pixel) => same(rays, pixel, directions, ray)))!] += 8 / count;
      return drawn;
    };
    const pixelsOf = (x: number): number[] => [0, 1, 2, 3, 4, 5, 6, 7].map((y) => 8 * y + x);
    const same = (a: Float32Array, i: number, b: Float32Array, j: number): boolean => [0, 1, 2].every((c) => a[3 * i + c] === b[3 * j + c]);
    const near = (found: number[], expected: number[]): void => found.forEach((share, x) => expect(share).toBeCloseTo(expected[x], 1));
    near(columns(1, false), [1, 1, 1, 1, 1, 1, 1, 1]);
    // A fifth as often: 4 columns of 1 and 4 of 0.2.
    const [flat, edge] = [1 / 3, 5 / 3];
    near(columns(0.2, false), [flat, flat, edge, edge, edge, edge, flat, flat]);
    near(columns(0.2, true), [0, 0.444, 2.222, 2.222, 0, 2.222, 0.444, 0.444]);
  });

  it('leaves out the pixels that the masks of the views leave out, with and without a ray mask', () => {
    const views = numberedViews([3, 5, 2]).map((view, v) =>
      v === 1 ? { ...view, mask: Uint8Array.from({ length: 25 }, (_, i) => i % 2) } : view,
    );
    const sampler = new RaySampler(views, 'white', 2000, new Random(3));
    const drawn = (): Set<number> => {
      const { target, count } = sampler.next();
      return new Set(Array.from({ length: count }, (_, ray) => numberOf(target, ray)));
    };
    const odd = Array.from({ length: 12 }, (_, i) => 10 + 2 * i);
    expect([...drawn()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, ...odd, 34, 35, 36, 37]);
    // Bits 8 to 15: of the second view, whose pixel 0 is number 9, only 10, 12 and 14 are allowed.
    expect(sampler.restrict(Uint32Array.of(0xff00, 0))).toBeCloseTo(4 / 38, 12);
    expect([...drawn()].sort((a, b) => a - b)).toEqual([8, 10, 12, 14]);
    const black = views.map((view) => ({ ...view, mask: new Uint8Array(view.rgba.length / 4) }));
    expect(() => new RaySampler(black, 'white', 8, new Random(1))).toThrow(/masks of the training views leave no pixels/);
  });

  it('gives each target the ray of its pixel', () => {
    const views = numberedViews([4, 6]);
    const { origins, directions, target, count } = new RaySampler(views, 'black', 64, new Random(1)).next();
    const rays = views.map((view) => cameraRays(view));
    for (let ray = 0; ray < count; ray++) {
      const number = numberOf(target, ray);
      const [view, pixel] = number < 16 ? [0, number] : [1, number - 16];
      expect([...directions.subarray(ray * 3, ray * 3 + 3)]).toEqual([...rays[view].directions.subarray(pixel * 3, pixel * 3 + 3)]);
      expect([...origins.subarray(ray * 3, ray * 3 + 3)]).toEqual([...rays[view].origins.subarray(pixel * 3, pixel * 3 + 3)]);
    }
  });

  it('draws the same rays from the same seed, and goes on from a restored state', () => {
    const { train } = tinyScene().splits;
    const random = new Random(7);
    const sampler = new RaySampler(train!, 'random', 50, random);
    sampler.next();
    const state = random.state;
    const second = structuredClone(sampler.next());
    expect(new RaySampler(train!, 'random', 50, new Random(state)).next()).toEqual(second);
  });

  it('draws the same rays ahead, keeps the last batch meanwhile, and takes them back', () => {
    const views = numberedViews([8, 6]);
    const plain = new RaySampler(views, 'random', 50, new Random(9));
    const random = new Random(9);
    const sampler = new RaySampler(views, 'random', 50, random);
    const first = sampler.next();
    const { state } = random;
    sampler.drawAhead();
    expect(random.state).not.toEqual(state);
    expect(first).toEqual(plain.next());
    sampler.takeBack();
    expect(random.state).toEqual(state);
    sampler.drawAhead();
    expect(sampler.next()).toEqual(plain.next());
    sampler.drawAhead();
    // What it draws from is another now: what was drawn ahead does not count.
    for (const each of [plain, sampler]) each.setViews(views.slice(1));
    expect(sampler.next()).toEqual(plain.next());
  });

  it('draws only from the mask, uniformly', () => {
    const views = numberedViews([8]);
    const mask = Uint32Array.of(0b1010, 1 << 31);
    const sampler = new RaySampler(views, 'white', 3000, new Random(5));
    expect(sampler.restrict(mask)).toBeCloseTo(3 / 64, 12);
    const { target, count } = sampler.next();
    const drawn = new Map<number, number>();
    for (let ray = 0; ray < count; ray++) drawn.set(numberOf(target, ray), (drawn.get(numberOf(target, ray)) ?? 0) + 1);
    expect([...drawn.keys()].sort((a, b) => a - b)).toEqual([1, 3, 63]);
    for (const n of drawn.values()) expect(Math.abs(n - 1000)).toBeLessThan(110);
  });

  it('draws from other views from then on, without the mask of those before', () => {
    const views = numberedViews([8]);
    const sampler = new RaySampler(views, 'white', 500, new Random(5));
    sampler.restrict(Uint32Array.of(1, 0));
    const small = views.map((view) => downscaleView(view, 2));
    sampler.setViews(small);
    expect(sampler.views).toBe(small);
    const { directions } = sampler.next();
    const rays = cameraRays(small[0]);
    const expected = new Set(Array.from({ length: 16 }, (_, i) => rays.directions.subarray(i * 3, i * 3 + 3).join()));
    expect(new Set(Array.from({ length: 500 }, (_, i) => directions.subarray(i * 3, i * 3 + 3).join()))).toEqual(expected);
  });

  it('orders the rays of forward-facing views by row, whatever the view', () => {
    const views = numberedViews([5, 8]);
    const { target, count } = new RaySampler(views, 'white', 300, new Random(5), { kind: 'ndc' }).next();
    const numbers = Array.from({ length: count }, (_, ray) => numberOf(target, ray));
    const rows = numbers.map((number) => (number < 25 ? Math.floor(number / 5) : Math.floor((number - 25) / 8)));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBeGreaterThan(80);
  });

  it('refuses a mask without rays', () => {
    const sampler = new RaySampler(numberedViews([8]), 'white', 4, new Random(5));
    expect(() => sampler.restrict(new Uint32Array(2))).toThrow(/has become empty/);
  });

  it('composites transparent pixels over the background it reports', () => {
    const { train } = tinyScene().splits;
    const white = new RaySampler(train!, 'white', 200, new Random(1)).next();
    expect(white.background.every((value) => value === 1)).toBe(true);
    const random = new RaySampler(train!, 'random', 200, new Random(1)).next();
    const transparent = [...Array(200).keys()].filter((ray) => random.target[ray * 3] === random.background[ray * 3]);
    expect(transparent.length).toBeGreaterThan(50);
    for (const ray of transparent) {
      expect([...random.target.subarray(ray * 3, ray * 3 + 3)]).toEqual([...random.background.subarray(ray * 3, ray * 3 + 3)]);
    }
    expect(new Set(random.background).size).toBeGreaterThan(500);
  });
});
