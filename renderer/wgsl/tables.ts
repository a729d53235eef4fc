/**
 * Words that kernels look up, in textures: the least GPU binds no more than 8 buffers to a kernel, but 16 textures beside them.
 * Usage flags are those of the WebGPU specification; Node has no global for them.
 */

const USAGE = { copyTarget: 2, binding: 4 } as const;

/** Words in a row of a table. */
const TABLE_WIDTH = 4096;

/** Words that a table may have: a device that asks for no more has textures of 8192 rows (maxTextureDimension2D). */
export const MOST_TABLE_WORDS = 8192 * TABLE_WIDTH;

function tableRows(words: number): number {
  return Math.ceil(words / TABLE_WIDTH);
}

/** Bytes of a table with room for so many words. */
export function tableBytes(words: number): number {
  return 4 * TABLE_WIDTH * tableRows(words);
}

export function createTable(device: GPUDevice, label: string, words: number): GPUTexture {
  const size = [TABLE_WIDTH, tableRows(words)];
  return device.createTexture({ label, size, format: 'r32uint', usage: USAGE.copyTarget | USAGE.binding });
}

/** Writes the first words of a table. */
export function writeTable(device: GPUDevice, texture: GPUTexture, words: Uint32Array): void {
  const rows = tableRows(words.length);
  const padded = new Uint32Array(rows * TABLE_WIDTH);
  padded.set(words);
  device.queue.writeTexture({ texture }, padded, { bytesPerRow: 4 * TABLE_WIDTH }, [TABLE_WIDTH, rows]);
}

/** `tableWord(table, i)`, for kernels with tables. */
export const tableWgsl = /* wgsl */ `
fn tableWord(table: texture_2d<u32>, i: u32) -> u32 {
  return textureLoad(table, vec2<u32>(i % ${TABLE_WIDTH}u, i / ${TABLE_WIDTH}u), 0).x;
}
`;
