import { describe, expect, it } from 'vitest';
import { meanSquaredError, psnrOf, ssim, type FloatImage } from '../../src/math/image-metrics.ts';
import { Random } from '../../src/math/random.ts';

function image(width: number, height: number, value: (x: number, y: number, c: number) => number): FloatImage {
  const data = Float32Array.from({ length: width * height * 3 }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(Math.floor(i / 3) / width), i % 3),
  );
  return { width, height, data };
}

describe('PSNR', () => {
  it('has its closed form', () => {
    expect(psnrOf(0.01)).toBeCloseTo(20, 12);
    expect(psnrOf(1)).toBeCloseTo(0, 12);
    expect(psnrOf(0)).toBe(Infinity);
    expect(meanSquaredError(Float32Array.of(0, 0.5, 1), Float32Array.of(0, 0, 1))).toBeCloseTo(0.25 / 3, 12);
  });

  it('refuses images of different size', () => {
    expect(() => meanSquaredError(new Float32Array(3), new Float32Array(6))).toThrow(RangeError);
  });
});

describe('SSIM', () => {
  const random = new Random(9);
  const noise = image(20, 16, () => random.float());

  it('of an image with itself is 1', () => {
    expect(ssim(noise, noise)).toBeCloseTo(1, 12);
  });

  it('of two constant images is the luminance term', () => {
    const [a, b, c1] = [0.3, 0.6, 0.01 ** 2];
    expect(
      ssim(
        image(12, 13, () => a),
        image(12, 13, () => b),
      ),
    ).toBeCloseTo((2 * a * b + c1) / (a * a + b * b + c1), 6);
  });

  it('of an image and its halved contrast follows from the window statistics', () => {
    // One window: 11x11 pixels, checkerboard-free horizontal ramp x/10; moments of the Gaussian weights by hand.
    const weights = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = 0.5;
    const variance = weights.reduce((sum, w, i) => sum + (w / total) * (i / 10 - mean) ** 2, 0);
    const other = mean / 2;
    const luminance = (2 * mean * other + 1e-4) / (mean ** 2 + other ** 2 + 1e-4);
    const structure = (2 * (variance / 2) + 9e-4) / (variance + variance / 4 + 9e-4);
    const ramp = image(11, 11, (x) => x / 10);
    const halved = image(11, 11, (x) => x / 20);
    expect(ssim(ramp, halved)).toBeCloseTo(luminance * structure, 5);
  });

  it('agrees with the direct double sum over windows', () => {
    const other = image(20, 16, (x, y, c) => 0.6 * noise.data[(y * 20 + x) * 3 + c] + 0.02 * x);
    const kernel = Array.from({ length: 121 }, (_, i) => Math.exp(-(((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2) / 4.5));
    const total = kernel.reduce((sum, w) => sum + w, 0);
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 6; y++) {
        for (let x = 0; x < 10; x++) {
          const [mx, my, xx, yy, xy] = [0, 1, 2, 3, 4].map((moment) =>
            kernel.reduce((acc, w, i) => {
              const at = ((y + Math.floor(i / 11)) * 20 + x + (i % 11)) * 3 + c;
              const [p, q] = [noise.data[at], other.data[at]];
              return acc + (w / total) * [p, q, p * p, q * q, p * q][moment];
            }, 0),
          );
          sum += ((2 * mx * my + 1e-4) * (2 * (xy - mx * my) + 9e-4)) / ((mx * mx + my * my + 1e-4) * (xx - mx * mx + yy - my * my + 9e-4));
        }
      }
    }
    expect(ssim(noise, other)).toBeCloseTo(sum / 180, 9);
  });

  it('refuses what is too small or of another size', () => {
    expect(() =>
      ssim(
        image(10, 20, () => 0),
        image(10, 20, () => 0),
      ),
    ).toThrow(/at least 11x11/);
    expect(() =>
      ssim(
        image(12, 12, () => 0),
        image(12, 13, () => 0),
      ),
    ).toThrow(/12x12 and 12x13/);
  });
});
