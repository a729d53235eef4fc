/**
 * Image quality as the NeRF papers measure it, on floating-point images in 0..1.
 *
 *     PSNR = -10 log10(mean squared error)
 *     SSIM (Wang et al. 2004): 11x11 Gaussian window, sigma 1.5, "valid" region, K1 = 0.01, K2 = 0.03, data range 1; averaged over channels and
 *     pixels, with DVGO's guards: variances at least 0, |covariance| at most the geometric mean of the variances.
 */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Float32Array;
}

/** Least width and height of images that SSIM can compare. */
export const SSIM_WINDOW = 11;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** dB; Infinity for an error of 0. */
export function psnrOf(meanSquaredError: number): number {
  return -10 * Math.log10(meanSquaredError);
}

export function meanSquaredError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`images differ in size: ${a.length} and ${b.length} values`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** @throws RangeError if the images differ in size or are smaller than the window */
export function ssim(a: FloatImage, b: FloatImage): number {
  const { width, height } = a;
  if (b.width !== width || b.height !== height)
    throw new RangeError(`images differ in size: ${width}x${height} and ${b.width}x${b.height}`);
  if (width < SSIM_WINDOW || height < SSIM_WINDOW)
    throw new RangeError(`SSIM needs at least ${SSIM_WINDOW}x${SSIM_WINDOW} pixels, found ${width}x${height}`);
  let sum = 0;
  for (let channel = 0; channel < 3; channel++) sum += channelSsim(plane(a, channel), plane(b, channel), width, height);
  return sum / 3;
}

function channelSsim(x: Float64Array, y: Float64Array, width: number, height: number): number {
  const meanX = blur(x, width, height);
  const meanY = blur(y, width, height);
  const squareX = blur(product(x, x), width, height);
  const squareY = blur(product(y, y), width, height);
  const cross = blur(product(x, y), width, height);
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const mx = meanX[i];
    const my = meanY[i];
    const varX = Math.max(0, squareX[i] - mx * mx);
    const varY = Math.max(0, squareY[i] - my * my);
    const covariance = cross[i] - mx * my;
    const bounded = Math.sign(covariance) * Math.min(Math.sqrt(varX * varY), Math.abs(covariance));
    sum += ((2 * mx * my + C1) * (2 * bounded + C2)) / ((mx * mx + my * my + C1) * (varX + varY + C2));
  }
  return sum / meanX.length;
}

function plane(image: FloatImage, channel: number): Float64Array {
  const out = new Float64Array(image.width * image.height);
  for (let i = 0; i < out.length; i++) out[i] = image.data[i * 3 + channel];
  return out;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  return out;
}

/** Separable Gaussian, valid region: [height - 10, width - 10]. */
function blur(image: Float64Array, width: number, height: number): Float64Array {
  const innerWidth = width - SSIM_WINDOW + 1;
  const innerHeight = height - SSIM_WINDOW + 1;
  const rows = new Float64Array(innerWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < innerWidth; x++) {
      let sum = 0;
      for (let k = 0; k < SSIM_WINDOW; k++) sum += KERNEL[k] * image[y * width + x + k];
      rows[y * innerWidth + x] = sum;
    }
  }
  const out = new Float64Array(innerWidth * innerHeight);
  for (let y = 0; y < innerHeight; y++) {
    for (let x = 0; x < innerWidth; x++) {
      let sum = 0;
      for (let k = 0; k < SSIM_WINDOW; k++) sum += KERNEL[k] * rows[(y + k) * innerWidth + x];
      out[y * innerWidth + x] = sum;
    }
  }
  return out;
}

const KERNEL = gaussian();

function gaussian(): Float64Array {
  const weights = Float64Array.from({ length: SSIM_WINDOW }, (_, i) => Math.exp(-0.5 * ((i - (SSIM_WINDOW >> 1)) / SIGMA) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
