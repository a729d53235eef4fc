/**
 * Where in a picture neurons fire and energy goes. A pixel's energy is linear in its samples and spikes; the kernels give a pixel's spikes of
 * all hidden layers together, so each is charged the image's mean price of a spike, and each sample that of the spikes in front of layer 1; the
 * sum over the pixels is exactly the image's energy.
 */
import { emptyCounts, neuronSteps, type Counts } from '../../engine/counts.ts';
import { viridis } from '../../../renderer/colour-maps.ts';
import { mapPixels, toPixels } from '../../../renderer/pixels.ts';
import { evenScale } from '../../math/value-scale.ts';
import type { RenderedImage } from '../../../renderer/render-image.ts';
import { toBase64 } from '../../io/base64.ts';
import type { ImageCodec, PixelBuffer } from '../../io/files.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import type { HardwareModel } from '../hardware/hardware-model.ts';
import { price } from '../hardware/price.ts';
import { ledgerOf, twinLedger } from '../work/ledger.ts';

/** What writes the pictures of a report. */
export type PngCodec = Pick<ImageCodec, 'encodePng'>;

/**
 * [height,width] nanojoules of the network's synapses as executed; null where the model cannot run it.
 *
 * @param twin the ANN of the same shape on the same samples, instead of the network itself
 */
export function pixelEnergy(model: HardwareModel, spec: FieldSpec, image: RenderedImage, twin: boolean): Float32Array | null {
  const { counts } = image;
  const spiking = spec.network!.neuron !== 'relu' && !twin;
  const energyOf = (part: Partial<Counts>): number | null => {
    const some = { ...emptyCounts(), ...part };
    const ledger = twin ? twinLedger(some, spec, 'executed') : ledgerOf(some, spec, 'executed');
    return price(model, { spiking, counts: some, spec, ledger })?.synapses ?? null;
  };
  const all = Math.max(
    1,
    counts.spikes.reduce((a, b) => a + b, 0),
  );
  const steps = counts.samples > 0 ? counts.timeSteps / counts.samples : 1;
  const layerSteps = counts.layerSteps?.map((ofLayer) => ofLayer / Math.max(1, counts.samples));
  const sample = energyOf({ samples: 1, timeSteps: steps, layerSteps });
  const ray = energyOf({ activeRays: 1 });
  const spikes = energyOf({ spikes: counts.spikes });
  const inputs = energyOf({ inputSpikes: counts.inputSpikes });
  if (sample === null || ray === null || spikes === null || inputs === null) return null;
  const shown = sample + inputs / Math.max(1, counts.samples);
  const nano = 1e6;
  return Float32Array.from(
    image.samples,
    (samples, i) => (samples * shown + (samples > 0 ? ray : 0) + (image.spikes[i] * spikes) / all) * nano,
  );
}

/**
 * [height,width] active share of the hidden neurons over the pixel's time steps; 0 where there is no sample. The kernels give a pixel's spikes with their
 * sizes: each stands for as many active neurons as one of the image does in the mean. Where nearly all fire with larger spikes than elsewhere that would be
 * more neurons than there are, so that it ends at 1.
 */
export function pixelFiring({ network }: FieldSpec, { samples, spikes, counts }: RenderedImage): Float32Array {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const slots = counts.samples > 0 ? neuronSteps(counts, hiddenWidths(network!)) / counts.samples : 1;
  const active = sum(counts.active) / Math.max(1, sum(counts.spikes));
  return Float32Array.from(samples, (n, i) => (n > 0 ? Math.min(1, (spikes[i] * active) / (n * slots)) : 0));
}

/** The value that only one in two hundred pixels with something in them exceeds: a few bright pixels must not darken the rest. */
export function nearlyGreatest(values: Float32Array): number {
  const sorted = values.filter((value) => value > 0).sort();
  return sorted.length === 0 ? 1 : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.995))];
}

export async function mapUri(codec: PngCodec, values: Float32Array, { width, height }: RenderedImage, high: number): Promise<string> {
  return pngUri(codec, mapPixels(values, width, height, viridis, evenScale(0, high)));
}

/** @param rgb [height,width,3] 0..1 */
export async function pictureUri(codec: PngCodec, rgb: Float32Array, { width, height }: RenderedImage): Promise<string> {
  return pngUri(codec, toPixels(rgb, width, height));
}

/** The colours of the maps from low to high. */
export async function scaleUri(codec: PngCodec): Promise<string> {
  const values = Float32Array.from({ length: 256 }, (_, i) => i / 255);
  return pngUri(codec, mapPixels(values, 256, 1, viridis, evenScale(0, 1)));
}

async function pngUri(codec: PngCodec, pixels: PixelBuffer): Promise<string> {
  return `data:image/png;base64,${toBase64(await codec.encodePng(pixels))}`;
}
