/**
 * Frames as bytes on a stream, one message after the other:
 *
 *     u32 little-endian: bytes of the head | head, JSON | values [height,width] float32 | depth [height,width] uint16
 *         | opacity [height,width] uint8 | colours [height,width,3] uint8
 *
 * The head is the frame without its images, or { "error", "fix" } where drawing failed; `scale` of its content says that values come, and no
 * colours.
 */
import { SpikeRayError } from '../base/errors.ts';
import type { ValueScale } from '../math/value-scale.ts';
import type { FrameContent } from './frame-content.ts';
import type { Frame } from './frame-source.ts';

/** `values`: the scale of the values that come; null: colours come. */
type Head = Omit<Frame, 'content' | 'depth' | 'opacity'> & { readonly values: ValueScale | null };

/** A damaged stream must not make the page allocate without end. */
const LONGEST_HEAD = 65536;
const MOST_PIXELS = 2 ** 26;

export function encodeFrame({ content, depth, opacity, ...head }: Frame): Uint8Array {
  const { kind } = content;
  const [values, colours] = kind === 'values' ? [[bytesOf(content.values)], []] : [[], [content.rgb]];
  return encode({ ...head, values: kind === 'values' ? content.scale : null }, [...values, bytesOf(depth), opacity, ...colours]);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export function encodeFailure(error: string, fix: string | undefined): Uint8Array {
  return encode({ error, fix }, []);
}

function encode(head: object, parts: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + json.length + parts.reduce((sum, part) => sum + part.length, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = 4 + json.length;
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
    const { values: scale, ...head } = parseHead((await reader.take(length))!);
    const pixels = head.width * head.height;
    const take = async (bytes: number): Promise<Uint8Array> => (await reader.take(bytes * pixels))!;
    // `slice` gives each a buffer of its own, which is aligned.
    const values = scale && new Float32Array((await take(4)).slice().buffer);
    const depth = new Uint16Array((await take(2)).slice().buffer);
    const opacity = await take(1);
    const content: FrameContent = values ? { kind: 'values', values, scale } : { kind: 'colours', rgb: await take(3) };
    yield { ...head, content, depth, opacity };
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
