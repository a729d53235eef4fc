/**
 * How the channels of a feature grid lie in buffers: in planes of four of them, [V] each, a buffer a plane; where a plane of four would be
 * larger than a binding may be, of two, or of one. A plane of the grid's channels 4, 5 is the first half of what a plane of 4 to 7 would be, so
 * that nothing else depends on it, and every result has the same bits.
 */

/** Channels of a plane. */
export type PlaneChannels = 4 | 2 | 1;

const FLOAT = 4;
/** As many as a binding of so many bytes holds. */
export function planeChannels(voxels: number, bindingBytes: number): PlaneChannels {
  return ([4, 2] as const).find((channels) => planeBytes(channels, voxels) <= bindingBytes) ?? 1;
}

export function planeBytes(channels: PlaneChannels, voxels: number): number {
  return FLOAT * channels * voxels;
}

/** Of all channels, their number filled up to a multiple of four. */
export function planeCount(featureChannels: number, channels: PlaneChannels): number {
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

/** Which of the vectors of four of all channels a plane is part of, and its components there. */
export function placeOfPlane(plane: number, channels: PlaneChannels): { readonly vector: number; readonly components: string } {
  const first = (plane * channels) % 4;
  return { vector: Math.floor((plane * channels) / 4), components: 'xyzw'.slice(first, first + channels) };
}
