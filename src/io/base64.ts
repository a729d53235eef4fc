/** Bytes as text (RFC 4648, padded), on every platform. */

/** A multiple of 3, so that the blocks' texts can be joined; few enough for the arguments of a call. */
const BLOCK = 0x6000;

export function toBase64(bytes: Uint8Array): string {
  const blocks: string[] = [];
  for (let i = 0; i < bytes.length; i += BLOCK) blocks.push(btoa(String.fromCharCode(...bytes.subarray(i, i + BLOCK))));
  return blocks.join('');
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
