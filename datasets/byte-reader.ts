/**
 * Reads numbers from a binary file, little-endian unless told otherwise. Nothing is read beyond the end, and no count from the file is believed
 * before the bytes that it promises are seen to be there: so nothing is allocated from an unchecked size.
 */
import { InputError } from '../src/base/errors.ts';

export class ByteReader {
  readonly path: string;
  private readonly view: DataView;
  private offset = 0;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.view.byteLength - this.offset;
  }

  uint8(what: string): number {
    return this.view.getUint8(this.take(1, what));
  }

  uint16(what: string): number {
    return this.view.getUint16(this.take(2, what), true);
  }

  int32(what: string): number {
    return this.view.getInt32(this.take(4, what), true);
  }

  uint32(what: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }

  uint64(what: string): bigint {
    return this.view.getBigUint64(this.take(8, what), true);
  }

  float64(what: string): number {
    return this.view.getFloat64(this.take(8, what), true);
  }

  /** A number that has to be finite. */
  finite(what: string): number {
    const at = this.offset;
    const value = this.float64(what);
    if (Number.isFinite(value)) return value;
    throw this.error(`a finite ${what} at byte ${at}`, String(value));
  }

  /** A 64-bit count of things that take at least `bytesEach` of what follows. */
  count(what: string, bytesEach: number): number {
    const at = this.offset;
    const value = this.uint64(`the number of ${what}`);
    if (value * BigInt(bytesEach) <= BigInt(this.remaining)) return Number(value);
    throw this.error(
      `at most ${Math.floor(this.remaining / bytesEach)} ${what} in the ${this.remaining} bytes that follow byte ${at}`,
      String(value),
    );
  }

  /** Text up to a zero byte. */
  text(what: string, most: number): string {
    const start = this.offset;
    for (let i = 0; i < most && i < this.remaining; i++) {
      if (this.view.getUint8(start + i) !== 0) continue;
      this.offset = start + i + 1;
      return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + start, i));
    }
    throw this.error(`${what} that ends within ${most} bytes, at byte ${start}`, 'no end');
  }

  bytes(length: number, what: string): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.take(length, what), length);
  }

  skip(length: number, what: string): void {
    this.take(length, what);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.remaining > 0) throw this.error(`the end of the file at byte ${this.offset}`, `${this.remaining} more bytes`);
  }

  error(expected: string, found: string): InputError {
    return new InputError(
      `${this.path}: expected ${expected}, found ${found}`,
      'The file may be truncated or of another kind: copy or export it again.',
    );
  }

  private take(length: number, what: string): number {
    const at = this.offset;
    if (length > this.remaining) throw this.error(`${what} (${length} bytes) at byte ${at}`, `the end of the file after ${this.remaining}`);
    this.offset += length;
    return at;
  }
}
