/** gzip through the streams that browsers and Node share. */
import { InputError } from '../base/errors.ts';

/** deflate cannot pack tighter (zlib's own notes): what claims more does not hold it. */
const TIGHTEST = 1032;

export async function gzip(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([...parts]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Takes given numbers of bytes out of a gzip member. Its errors are InputErrors that name the file. */
export class GunzipReader {
  private readonly file: string;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Bytes that can still come. */
  private room: number;
  private held: Uint8Array = new Uint8Array(0);

  constructor(bytes: Uint8Array<ArrayBuffer>, file: string) {
    this.file = file;
    this.room = bytes.length * TIGHTEST;
    this.reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  }

  /** Allocates nothing that the file is too short for. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    if (count > this.room) throw this.damaged(`it is too short to hold ${count} bytes more`);
    this.room -= count;
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.held.length === 0) {
        const next = await this.next();
        if (next === null) throw this.damaged(`it ends ${count - at} bytes too early`);
        this.held = next;
      }
      const part = this.held.subarray(0, count - at);
      taken.set(part, at);
      at += part.length;
      this.held = this.held.subarray(part.length);
    }
    return taken;
  }

  /** Reads up to the checksum at the end, which must be right. */
  async end(): Promise<void> {
    for (let rest: Uint8Array | null = this.held; rest !== null; rest = await this.next())
      if (rest.length > 0) throw this.damaged('bytes follow after its last part');
  }

  /** Gives up what was not read. */
  async cancel(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
  }

  private async next(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.reader.read();
      return done ? null : value;
    } catch (cause) {
      throw this.damaged('it is truncated, or its checksum does not match', cause);
    }
  }

  private damaged(reason: string, cause?: unknown): InputError {
    return new InputError(`${this.file}: damaged: ${reason}`, 'Copy the file again, or export it again.', { cause });
  }
}
