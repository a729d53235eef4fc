/**
 * PNG in a page, through fast-png: a canvas would multiply colours with alpha and divide again, which loses bits. The pixels are those of sharp:
 * palettes and grey levels spread to RGB, 16 bits cut to the upper 8, colour profiles and gamma left alone.
 */
import { decode, encode, type DecodedPng } from 'fast-png';
import type { Image8, PixelBuffer } from '../io/files.ts';

/** Throws Error saying what is wrong with it. */
export function decodePng(bytes: Uint8Array): Image8 {
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  const samples = samplesOf(png);
  const rgba = new Uint8Array(width * height * 4);
  const pixel = png.palette === undefined ? pixelOf(png) : paletteOf(png.palette);
  const channels = png.palette === undefined ? png.channels : 1;
  for (let i = 0, at = 0; at < rgba.length; i += channels, at += 4) pixel(samples, i, rgba, at);
  return { width, height, rgba };
}

export function encodePng({ width, height, channels, data }: PixelBuffer): Uint8Array {
  return encode({ width, height, channels, data });
}

export function encodePng16(gray: Uint16Array, width: number, height: number): Uint8Array {
  return encode({ width, height, channels: 1, depth: 16, data: gray });
}

type Samples = Uint8Array | Uint8ClampedArray | Uint16Array;
type Pixel = (samples: Samples, i: number, rgba: Uint8Array, at: number) => void;

/** One number a sample: those of less than 8 bits are packed, each row from a new byte on. */
function samplesOf({ width, height, depth, channels, data }: DecodedPng): Samples {
  const row = width * channels;
  if (depth >= 8) {
    if (data.length !== row * height) throw new Error('its pixels are not complete');
    return data;
  }
  const bytesPerRow = Math.ceil((row * depth) / 8);
  if (data.length !== bytesPerRow * height) throw new Error('its pixels are not complete');
  const samples = new Uint8Array(row * height);
  const mask = (1 << depth) - 1;
  for (let y = 0, out = 0; y < height; y++)
    for (let x = 0; x < row; x++, out++) {
      const bit = x * depth;
      samples[out] = (data[y * bytesPerRow + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  return samples;
}

function paletteOf(palette: readonly (readonly number[])[]): Pixel {
  return (samples, i, rgba, at) => {
    const colour = palette[samples[i]] as readonly number[] | undefined;
    if (colour === undefined) throw new Error(`its palette has no colour ${samples[i]}`);
    rgba[at] = colour[0];
    rgba[at + 1] = colour[1];
    rgba[at + 2] = colour[2];
    rgba[at + 3] = colour[3] ?? 255;
  };
}

/** Grey or RGB, with an alpha of its own or a colour that stands for transparent. */
function pixelOf({ depth, channels, transparency }: DecodedPng): Pixel {
  const colours = channels <= 2 ? 1 : 3;
  const hasAlpha = channels === 2 || channels === 4;
  const most = 2 ** depth - 1;
  const level = depth === 16 ? (value: number): number => value >> 8 : (value: number): number => (value * 255) / most;
  return (samples, i, rgba, at) => {
    for (let c = 0; c < 3; c++) rgba[at + c] = level(samples[i + (colours === 1 ? 0 : c)]);
    const isClear =
      transparency !== undefined && Array.from({ length: colours }, (_, c) => samples[i + c] === transparency[c]).every(Boolean);
    rgba[at + 3] = hasAlpha ? level(samples[i + colours]) : isClear ? 0 : 255;
  };
}
