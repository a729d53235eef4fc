/**
 * How the channels of a feature grid lie in buffers: in planes of four of them, [V] each, a buffer a plane; where a plane of four would be
 * larger than a binding may be, of two, or of one. A plane of the channels 4, 5 is the first half of what a plane of 4 to 7 would be: nothing else
 * depends on it, and every result has the same bits. Fields that are only rendered may have them in 16 bits, two channels a word.
 */

/** Channels of a plane. */
export type PlaneChannels = 4 | 2 | 1;

export interface PlaneFormat {
  readonly channels: PlaneChannels;
  /** In 16 bits; then channels is 4 or 2. */
  readonly half: boolean;
}

/** As many channels as a binding of so many bytes holds; if not even the fewest fit, those. */
export function planeFormat(voxels: number, bindingBytes: number, half: boolean): PlaneFormat {
  const formats = ([4, 2, 1] as const).map((channels) => ({ channels, half })).slice(0, half ? 2 : 3);
  return formats.find((format) => planeBytes(format, voxels) <= bindingBytes) ?? formats.at(-1)!;
}

export function planeBytes({ channels, half }: PlaneFormat, voxels: number): number {
  return (half ? 2 : 4) * channels * voxels;
}

/** Planes that hold all channels, their number filled up to a multiple of four. */
export function planeCount(featureChannels: number, { channels }: PlaneFormat): number {
  return Math.ceil(featureChannels / 4) * (4 / channels);
}

/** The planes, in groups of the same size, at most four: what a kernel can bind beside other buffers. */
export function planeGroups(planes: number): number[][] {
  const size = [4, 3, 2, 1].find((n) => planes % n === 0)!;
  return Array.from({ length: planes / size }, (_, group) => Array.from({ length: size }, (_, i) => group * size + i));
}

/** WGSL type of the values of a plane at a point. */
export function planeType(channels: PlaneChannels): 'f32' | 'vec2<f32>' | 'vec4<f32>' {
  return ({ 1: 'f32', 2: 'vec2<f32>', 4: 'vec4<f32>' } as const)[channels];
}

/** What is stored of them, and the values of what is stored in `p`. */
export function storedPlane({ channels, half }: PlaneFormat): { readonly type: string; readonly values: (p: string) => string } {
  if (!half) return { type: planeType(channels), values: (p) => p };
  if (channels === 2) return { type: 'u32', values: (p) => `unpack2x16float(${p})` };
  return { type: 'vec2<u32>', values: (p) => `vec4<f32>(unpack2x16float(${p}.x), unpack2x16float(${p}.y))` };
}

/** Which of the vectors of four of all channels a plane is part of, and its components there. */
export function placeOfPlane(plane: number, channels: PlaneChannels): { readonly vector: number; readonly components: string } {
  const first = (plane * channels) % 4;
  return { vector: Math.floor((plane * channels) / 4), components: 'xyzw'.slice(first, first + channels) };
}
