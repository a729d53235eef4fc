/** Points or a mesh in the Polygon File Format, binary, little-endian: x y z nx ny nz as floats, red green blue as bytes (sRGB), triangles as lists. */
import type { ColouredSurface } from './mesh.ts';

const VERTEX_BYTES = 6 * 4 + 3;
const FACE_BYTES = 1 + 3 * 4;

export function encodePly({ positions, normals, colours, triangles }: ColouredSurface): Uint8Array[] {
  const vertices = positions.length / 3;
  const faces = triangles === null ? 0 : triangles.length / 3;
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    'comment SpikeRay',
    `element vertex ${vertices}`,
    ...['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
    ...(triangles === null ? [] : [`element face ${faces}`, 'property list uchar uint vertex_indices']),
    'end_header\n',
  ].join('\n');
  const body = new Uint8Array(vertices * VERTEX_BYTES + faces * FACE_BYTES);
  const view = new DataView(body.buffer);
  for (let i = 0; i < vertices; i++) {
    const at = i * VERTEX_BYTES;
    for (let axis = 0; axis < 3; axis++) {
      view.setFloat32(at + axis * 4, positions[i * 3 + axis], true);
      view.setFloat32(at + 12 + axis * 4, normals[i * 3 + axis], true);
      body[at + 24 + axis] = colours[i * 3 + axis];
    }
  }
  for (let f = 0; f < faces; f++) {
    const at = vertices * VERTEX_BYTES + f * FACE_BYTES;
    body[at] = 3;
    for (let corner = 0; corner < 3; corner++) view.setUint32(at + 1 + corner * 4, triangles![f * 3 + corner], true);
  }
  return [new TextEncoder().encode(header), body];
}
