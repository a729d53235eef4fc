/** SHA-256 through WebCrypto, which has no streaming form: large data is hashed in blocks, and then the hashes of the blocks. */

export const BLOCK_BYTES = 1 << 24;
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Of the 16 MiB blocks of a part, [32] each; nothing is one block. */
export async function blockHashes(part: Uint8Array): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < part.length; start += BLOCK_BYTES)
    hashes.push(await sha256(part.slice(start, start + BLOCK_BYTES)));
  return hashes;
}

/** Lower-case hex of sha256(concatenation of sha256(block) over the blocks of each part), given those of the blocks. */
export async function sha256OfBlocks(hashes: readonly Uint8Array[]): Promise<string> {
  const all = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, i) => {
    all.set(hash, i * 32);
  });
  return toHex(await sha256(all));
}

/** [32] */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}
