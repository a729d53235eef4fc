/**
 * The small file-system interface through which the platform-free parts (datasets/, renderer/, src/ outside cli/ and server/) read and write.
 * Paths are `/`-separated. Node's implementation is src/node/node-files.ts; tests use it on a temporary folder.
 */
export interface Files {
  /** 'file', 'folder', or 'missing'. */
  kind(path: string): Promise<'file' | 'folder' | 'missing'>;
  /** Names (not paths) inside a folder, sorted. */
  list(folder: string): Promise<string[]>;
  /**
   * Throws InputError if the file does not exist, is none (a pipe, a device), has more than `most` bytes, or cannot be read.
   *
   * @param most default: no limit
   */
  read(path: string, most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** SHA-256 of a file, [32]. Throws InputError as `read` does. */
  hash(path: string): Promise<Uint8Array>;
  /** A file of which only parts are wanted. Throws InputError as `read` does. */
  parts(path: string): Promise<FileParts>;
  /**
   * Writes all or nothing: temporary name in the same folder, sync, rename, sync of the folder. Creates parent folders. Throws StorageError
   * (disk full, not permitted) after removing the temporary file; a file that was there before is untouched.
   */
  writeAtomic(path: string, content: Pieces): Promise<void>;
  /** Appends and leaves the file open for reading by others (metrics.jsonl). Throws StorageError. */
  append(path: string, content: string | Uint8Array): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Gives a file or folder another name on the same disk. Throws StorageError. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or folder tree; missing is fine. */
  remove(path: string): Promise<void>;
}

/** What a file is to hold: pieces that are there, or that are made one after the other while it is written. */
export type Pieces = readonly Uint8Array[] | PiecesToCome;

export interface PiecesToCome extends AsyncIterable<Uint8Array> {
  /** Of all of them. */
  readonly bytes: number;
}

/** What reads parts of a file, which nothing holds open: it may have been replaced from one to the next. */
export interface FileParts {
  /** Of the whole file. */
  readonly bytes: number;
  /** The `count` bytes from `begin` on, fewer where the file ends. Throws InputError if it is gone or cannot be read. */
  read(begin: number, count: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Of a file that is in memory: views of it. */
export function partsOf(bytes: Uint8Array<ArrayBuffer>): FileParts {
  return { bytes: bytes.length, read: async (begin, count) => bytes.subarray(begin, begin + count) };
}

export function bytesIn(content: Pieces): number {
  return 'bytes' in content ? content.bytes : content.reduce((sum, piece) => sum + piece.length, 0);
}

/** Decodes and encodes images; sharp in Node. */
export interface ImageCodec {
  /** What an image says of itself, without decoding the pixels. Throws InputError naming the file if it is not an image. */
  header(path: string): Promise<ImageHeader>;
  /**
   * 8-bit RGBA, straight (not premultiplied) alpha, sRGB values as stored; opaque images get alpha 255. Pixels lie as they are stored. Throws
   * InputError naming the file.
   */
  decode(path: string): Promise<Image8>;
  /** PNG with 3 (RGB) or 4 (RGBA) 8-bit channels. */
  encodePng(image: PixelBuffer): Promise<Uint8Array>;
  /** Single-channel 16-bit PNG, row-major. */
  encodePng16(gray: Uint16Array, width: number, height: number): Promise<Uint8Array>;
  /** WebP of an RGB image made `width` pixels across, unless it is smaller; a little lossy. Throws InputError where none can be written. */
  encodeThumbnail(image: PixelBuffer, width: number): Promise<Uint8Array>;
  /** Animated WebP of equally sized frames. */
  encodeAnimation(frames: readonly PixelBuffer[], millisecondsPerFrame: number): Promise<Uint8Array>;
}

export interface ImageHeader {
  /** As stored. */
  readonly width: number;
  readonly height: number;
  /** How EXIF says that the stored pixels have to be turned to be upright, 1 to 8; 1: not at all. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
}

/** What is done about images that EXIF calls turned (datasets/orientation.ts). */
export const ORIENTATIONS = ['auto', 'upright', 'stored'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** 8-bit RGBA image, row-major from the top left, straight alpha. */
export interface Image8 {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] */
  readonly rgba: Uint8Array;
}

/** 8-bit pixels with 3 or 4 channels, row-major from the top left. */
export interface PixelBuffer {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}
