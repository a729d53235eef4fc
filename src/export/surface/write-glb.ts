/** A mesh as glTF binary with colours of its vertices, which glTF wants linear: KHR specification, section 3.7.2.1. Axes: +y up. */
import type { Accessor } from '@gltf-transform/core';
import { toLinear } from '../../math/srgb.ts';
import type { Vec3 } from '../../geometry/vector.ts';
import type { ColouredSurface } from './mesh.ts';

/** @param up of the scene, which becomes +y */
export async function encodeGlb({ positions, normals, colours, triangles }: ColouredSurface, up: Vec3): Promise<Uint8Array> {
  const { Document, WebIO } = await import('@gltf-transform/core');
  const document = new Document();
  document.getRoot().getAsset().generator = 'SpikeRay';
  const buffer = document.createBuffer();
  const accessor = (type: 'VEC3' | 'SCALAR', array: Float32Array | Uint16Array | Uint32Array): Accessor =>
    document
      .createAccessor()
      .setType(type)
      .setBuffer(buffer)
      .setArray(array as Float32Array<ArrayBuffer>);
  const linear = Uint16Array.from(colours, (value) => Math.round(65_535 * toLinear(value / 255)));
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', turned(positions, up)))
    .setAttribute('NORMAL', accessor('VEC3', turned(normals, up)))
    .setAttribute('COLOR_0', accessor('VEC3', linear).setNormalized(true))
    .setIndices(accessor('SCALAR', triangles!))
    .setMaterial(document.createMaterial('vertex colours').setRoughnessFactor(1).setMetallicFactor(0));
  const mesh = document.createMesh('field').addPrimitive(primitive);
  document.createScene('scene').addChild(document.createNode('field').setMesh(mesh));
  return new WebIO().writeBinary(document);
}

/** The rotation of least angle that takes `up` to +y. */
export function turned(vectors: Float32Array, up: Vec3): Float32Array {
  const length = Math.hypot(...up);
  const [x, y, z] = up.map((value) => value / length);
  // Upside down: about x.
  if (y < -1 + 1e-9) return vectors.map((value, i) => (i % 3 === 0 ? value : -value));
  // R = I + K + K^2 / (1 + y), K the cross product with up x (0, 1, 0) = (-z, 0, x).
  const k = 1 / (1 + y);
  const rows = [
    [1 - x * x * k, -x, -x * z * k],
    [x, y, z],
    [-x * z * k, -z, 1 - z * z * k],
  ];
  return vectors.map((_, i) => {
    const first = i - (i % 3);
    const [a, b, c] = rows[i % 3];
    return a * vectors[first] + b * vectors[first + 1] + c * vectors[first + 2];
  });
}
