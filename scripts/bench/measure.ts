/** How often something can be done in a second. */
import { drawFrames, scaledCamera } from '../../src/frames/draw-frames.ts';
import { ShownField } from '../../src/frames/shown-field.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { FieldEngine, PictureTextures } from '../../src/engine/backend.ts';

/** How much is computed; a software adapter would take hours for what a GPU does in a minute. */
export interface Effort {
  readonly warmUp: number;
  /** At least this long is measured, seconds. */
  readonly least: number;
  /** Rays of a step. */
  readonly rays: number;
  /** Side of a frame, pixels. */
  readonly side: number;
}

/** Pixels of a frame, in which frames a second are told. */
export const FRAME = 800 * 800;

export interface Speed {
  readonly runs: number;
  readonly seconds: number;
}

/** Runs `work` at least three times, after warming up. */
export async function measure({ warmUp, least }: Effort, work: (run: number) => Promise<unknown>): Promise<Speed> {
  for (let run = 0; run < warmUp; run++) await work(run);
  const began = performance.now();
  for (let runs = 1; ; runs++) {
    await work(runs);
    const seconds = (performance.now() - began) / 1000;
    if (seconds >= least && runs >= 3) return { runs, seconds };
  }
}

/** Frames of 800x800 pixels a second, from cameras in turn, left on the GPU as a page leaves them; fewer pixels are drawn where the effort is small. */
export async function framesPerSecond(device: GPUDevice, engine: FieldEngine, cameras: readonly Camera[], effort: Effort): Promise<number> {
  const small = cameras.map((camera) => scaledCamera(camera, camera.intrinsics.width / effort.side));
  const made = new Map<string, PictureTextures>();
  const surface = {
    begin(width: number, height: number) {
      const size = `${width}x${height}`;
      const textures = made.get(size) ?? createTextures(device, width, height);
      made.set(size, textures);
      return textures;
    },
    painted: () => undefined,
  };
  const field = new ShownField(engine, 0, 0);
  let pixels = 0;
  const { runs, seconds } = await measure(effort, async (run) => {
    const camera = small[run % small.length];
    const { width, height } = camera.intrinsics;
    pixels = width * height;
    const picture = { camera, output: 'colour', background: [1, 1, 1], crop: null } as const;
    const turns = drawFrames(field, { picture, scales: [1], target: { take: () => undefined, surface } }, pixels);
    while ((await turns.next()).done !== true);
  });
  for (const { colours, depths } of made.values()) {
    colours.destroy();
    depths.destroy();
  }
  return (runs * pixels) / FRAME / seconds;
}

function createTextures(device: GPUDevice, width: number, height: number): PictureTextures {
  const create = (format: GPUTextureFormat): GPUTexture =>
    device.createTexture({ size: [width, height], format, usage: GPUTextureUsage.STORAGE_BINDING });
  return { colours: create('rgba8unorm'), depths: create('r32float') };
}
