/**
 * TensorBoard's event files: records of protocol buffers (tensorboard/compat/proto/event.proto, summary.proto),
 *
 *     length uint64 · masked CRC-32C of it · message · masked CRC-32C of it          mask(c) = (c >>> 15 | c << 17) + 0xa282ead8
 */
import { crc32c } from './crc32c.ts';

export type SummaryValue =
  | { readonly tag: string; readonly kind: 'scalar'; readonly value: number }
  | { readonly tag: string; readonly kind: 'histogram'; readonly values: readonly number[] }
  | { readonly tag: string; readonly kind: 'image'; readonly png: Uint8Array; readonly width: number; readonly height: number };

/** The first record of every file. @param seconds since 1970 */
export function versionRecord(seconds: number): Uint8Array {
  return record(message(double(1, seconds), text(3, 'brain.Event:2')));
}

/** @param seconds since 1970 */
export function summaryRecord(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  return record(message(double(1, seconds), whole(2, step), bytes(5, message(...values.map((value) => bytes(1, encodeValue(value)))))));
}

function encodeValue(value: SummaryValue): Uint8Array {
  const tag = text(1, value.tag);
  switch (value.kind) {
    case 'scalar':
      return message(tag, float(2, value.value));
    case 'image': {
      const { width, height, png } = value;
      // 3: RGB
      return message(tag, bytes(4, message(whole(1, height), whole(2, width), whole(3, 3), bytes(4, png))));
    }
    case 'histogram':
      return message(tag, bytes(5, encodeHistogram(value.values)));
  }
}

const BUCKETS = 30;

/** A histogram in buckets of equal width between the least and the greatest value. */
function encodeHistogram(values: readonly number[]): Uint8Array {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = (high - low) / BUCKETS || 1e-12;
  const counts = new Float64Array(BUCKETS);
  for (const value of values) counts[Math.min(BUCKETS - 1, Math.floor((value - low) / width))]++;
  const limits = Float64Array.from(counts, (_, i) => (i === BUCKETS - 1 ? Math.max(high, low + BUCKETS * width) : low + (i + 1) * width));
  const sum = values.reduce((a, b) => a + b, 0);
  const squares = values.reduce((a, b) => a + b * b, 0);
  return message(
    ...[low, high, values.length, sum, squares].map((value, i) => double(i + 1, value)),
    bytes(6, littleEndian(limits)),
    bytes(7, littleEndian(counts)),
  );
}

function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return out;
}

function masked(of: Uint8Array): number {
  const crc = crc32c(of);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function message(...fields: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    out.set(field, at);
    at += field.length;
  }
  return out;
}

/** Base 128, the lowest seven bits first. */
function varint(value: number): number[] {
  const out: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return [...out, value];
}

const whole = (field: number, value: number): Uint8Array => Uint8Array.from([field * 8, ...varint(value)]);
const double = (field: number, value: number): Uint8Array => message(Uint8Array.of(field * 8 + 1), littleEndian(Float64Array.of(value)));
const bytes = (field: number, value: Uint8Array): Uint8Array => message(Uint8Array.from([field * 8 + 2, ...varint(value.length)]), value);
const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = field * 8 + 5;
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

function littleEndian(values: Float64Array): Uint8Array {
  const out = new Uint8Array(values.length * 8);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => view.setFloat64(i * 8, value, true));
  return out;
}
