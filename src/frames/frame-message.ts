/**
 * Frames as bytes on a stream, one message after the other:
 *
 *     u32 little-endian: bytes of the head | head, JSON | depth [height,width] uint16 | pixels [height,width,3] uint8
 *
 * The head is the frame without its images, or { "error", "fix" } where drawing failed. Padding of the head keeps the depth aligned.
 */
import { SpikeRayError } from '../base/errors.ts';
import type { Frame } from './frame-source.ts';

type Head = Omit<Frame, 'pixels' | 'depth'>;

/** Bytes a pixel: depth, colour. */
const PIXEL_BYTES = 5;

/** A damaged stream must not make the page allocate without end. */
const LONGEST_HEAD = 65536;
const MOST_PIXELS = 2 ** 26;

export function encodeFrame({ pixels, depth, ...head }: Frame): Uint8Array {
  return encode(head, [new Uint8Array(depth.buffer, depth.byteOffset, depth.byteLength), pixels]);
}

export function encodeFailure(error: string, fix: string | undefined): Uint8Array {
  return encode({ error, fix }, []);
}

function encode(head: object, parts: readonly Uint8Array[]): Uint8Array {
  const text = JSON.stringify(head);
  const json = new TextEncoder().encode(text);
  const padded = Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(4 + padded + parts.reduce((sum, part) => sum + part.length, 0)).fill(0x20, 4, 4 + padded);
  new DataView(bytes.buffer).setUint32(0, padded, true);
  bytes.set(json, 4);
  let at = 4 + padded;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Frames of a stream of bytes, however it is cut. Throws SpikeRayError if it is damaged, ends early, or carries a failure. */
export async function* decodeFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const reader = new ByteReader(stream);
  for (;;) {
    const start = await reader.take(4, true);
    if (start === null) return;
    const length = new DataView(start.buffer, start.byteOffset).getUint32(0, true);
    if (length > LONGEST_HEAD) throw damaged(`a head of ${length} bytes`);
    const head = parseHead((await reader.take(length))!);
    const pixels = head.width * head.height;
    const body = (await reader.take(pixels * PIXEL_BYTES))!;
    yield { ...head, depth: new Uint16Array(body.slice(0, pixels * 2).buffer), pixels: body.subarray(pixels * 2) };
  }
}

function parseHead(bytes: Uint8Array): Head {
  let head: Head & { error?: string; fix?: string };
  try {
    head = JSON.parse(new TextDecoder().decode(bytes)) as typeof head;
  } catch {
    throw damaged('a head that is not JSON');
  }
  if (typeof head.error === 'string') throw new SpikeRayError(head.error, head.fix);
  const valid = [head.width, head.height].every((side) => Number.isInteger(side) && side > 0) && head.width * head.height <= MOST_PIXELS;
  if (!valid) throw damaged(`a frame of ${head.width}x${head.height} pixels`);
  return head;
}

function damaged(found: string): SpikeRayError {
  return new SpikeRayError(`The stream of frames is damaged: it holds ${found}.`, 'Load the page again.');
}

/** Takes given numbers of bytes from chunks of any size. */
class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Uint8Array[] = [];
  private size = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** @param endAllowed the stream may end here: null */
  async take(count: number, endAllowed = false): Promise<Uint8Array | null> {
    while (this.size < count) {
      const { done, value } = await this.chunks.next();
      if (done) {
        if (endAllowed && this.size === 0) return null;
        throw damaged(`${this.size} of ${count} bytes`);
      }
      this.held.push(value);
      this.size += value.length;
    }
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const chunk of this.held) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.held = [all.subarray(count)];
    this.size -= count;
    return all.subarray(0, count);
  }
}
