/**
 * The view-direction inputs of the colour network (NeRF's positional encoding without the factor pi; docs/model.md, section 2). For the unit
 * direction u and f_k = 2^k, k = 0..F-1:
 *
 *     [u_x, u_y, u_z,  sin(u_x f_0) .. sin(u_x f_{F-1}), sin(u_y f_0) .., sin(u_z f_0) ..,  cos(u_x f_0) .., cos(u_y f_0) .., cos(u_z f_0) ..]
 */

/**
 * View terms of N directions of any length.
 *
 * @param directions [N,3]
 * @returns [N,3+6F]
 */
export function encodeViews(directions: Float32Array, frequencies: number): Float32Array {
  const count = directions.length / 3;
  const terms = 3 + 6 * frequencies;
  const out = new Float32Array(count * terms);
  for (let ray = 0; ray < count; ray++) {
    const length = Math.hypot(directions[ray * 3], directions[ray * 3 + 1], directions[ray * 3 + 2]);
    for (let axis = 0; axis < 3; axis++) {
      const u = directions[ray * 3 + axis] / length;
      const sines = ray * terms + 3 + axis * frequencies;
      const cosines = sines + 3 * frequencies;
      out[ray * terms + axis] = u;
      for (let k = 0; k < frequencies; k++) {
        out[sines + k] = Math.sin(u * 2 ** k);
        out[cosines + k] = Math.cos(u * 2 ** k);
      }
    }
  }
  return out;
}
