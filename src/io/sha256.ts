/** SHA-256 through WebCrypto, which has no streaming form: large data is hashed in blocks, and then the hashes of the blocks. */

const BLOCK_BYTES = 1 << 24;

/** Lower-case hex of sha256(concatenation of sha256(block) over the 16 MiB blocks of each part). */
export async function sha256OfParts(parts: readonly Uint8Array[]): Promise<string> {
  const hashes: ArrayBuffer[] = [];
  for (const part of parts) {
    for (let start = 0; start === 0 || start < part.length; start += BLOCK_BYTES)
      hashes.push(await crypto.subtle.digest('SHA-256', part.slice(start, start + BLOCK_BYTES)));
  }
  const all = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, i) => {
    all.set(new Uint8Array(hash), i * 32);
  });
  return toHex(await crypto.subtle.digest('SHA-256', all));
}

function toHex(hash: ArrayBuffer): string {
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
