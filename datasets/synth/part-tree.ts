/**
 * Bounding-volume hierarchy over the parts of a scene (surface-area heuristic, full sweep: scenes have hundreds of parts, not millions).
 * Answers which part a ray hits first, whether anything is in the way, and how far the nearest surface is.
 */
import { partBounds, type Part } from './part.ts';

/** Parts in a leaf at most. */
const LEAF = 2;

export class PartTree {
  readonly parts: readonly Part[];
  /** World bounds of everything: [6] min, max. */
  readonly bounds: Float64Array;
  /** Distance along the ray of the hit found by the last `first`. */
  distance = Infinity;

  /** [nodes,6]; children of inner node i are i + 1 and `second[i]`. Leaves have count > 0 parts from `order[second[i]]`. */
  private readonly boxes: Float64Array;
  private readonly second: Int32Array;
  private readonly count: Int32Array;
  private readonly order: Int32Array;
  private readonly frames: Float64Array;
  private readonly stack = new Int32Array(64);

  constructor(parts: readonly Part[]) {
    this.parts = parts;
    this.frames = new Float64Array(parts.length * 12);
    parts.forEach((part, i) => this.frames.set(part.frame, i * 12));
    this.order = Int32Array.from(parts.keys());
    this.boxes = new Float64Array(parts.length * 12);
    this.second = new Int32Array(parts.length * 2);
    this.count = new Int32Array(parts.length * 2);
    const bounds = parts.map(partBounds);
    this.build(bounds, 0, parts.length, 0);
    this.bounds = this.boxes.slice(0, 6);
  }

  /** Index of the first part the ray (unit direction) enters before `limit`, -1 if none; its distance is left in `distance`. */
  first(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit = Infinity): number {
    return this.walk(ox, oy, oz, dx, dy, dz, limit, false);
  }

  /** Whether the ray (unit direction) enters any part before `limit`. */
  blocked(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit = Infinity): boolean {
    return this.walk(ox, oy, oz, dx, dy, dz, limit, true) >= 0;
  }

  /** Signed distance to the nearest surface, or `limit` if that is nearer. */
  nearest(x: number, y: number, z: number, limit: number): number {
    const { boxes, stack, second, count, order } = this;
    let best = limit;
    let top = 0;
    stack[top++] = 0;
    while (top > 0) {
      const node = stack[--top];
      const b = node * 6;
      const ux = Math.max(boxes[b] - x, 0, x - boxes[b + 3]);
      const uy = Math.max(boxes[b + 1] - y, 0, y - boxes[b + 4]);
      const uz = Math.max(boxes[b + 2] - z, 0, z - boxes[b + 5]);
      const squared = ux * ux + uy * uy + uz * uz;
      if (squared > 0 && (best <= 0 || squared >= best * best)) continue;
      if (count[node] === 0) {
        stack[top++] = second[node];
        stack[top++] = node + 1;
        continue;
      }
      for (let k = second[node]; k < second[node] + count[node]; k++) best = Math.min(best, this.distanceTo(order[k], x, y, z));
    }
    return best;
  }

  /** A world point in the frame of a part, to `out[0..2]`. */
  toLocal(part: number, x: number, y: number, z: number, out: Float64Array): void {
    const m = this.frames;
    const f = part * 12;
    const px = x - m[f + 3];
    const py = y - m[f + 7];
    const pz = z - m[f + 11];
    out[0] = m[f] * px + m[f + 4] * py + m[f + 8] * pz;
    out[1] = m[f + 1] * px + m[f + 5] * py + m[f + 9] * pz;
    out[2] = m[f + 2] * px + m[f + 6] * py + m[f + 10] * pz;
  }

  /** A direction in the frame of a part turned into the world, in place. */
  directionToWorld(part: number, v: Float64Array): void {
    const m = this.frames;
    const f = part * 12;
    const x = v[0];
    const y = v[1];
    const z = v[2];
    v[0] = m[f] * x + m[f + 1] * y + m[f + 2] * z;
    v[1] = m[f + 4] * x + m[f + 5] * y + m[f + 6] * z;
    v[2] = m[f + 8] * x + m[f + 9] * y + m[f + 10] * z;
  }

  private walk(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, limit: number, any: boolean): number {
    const { stack, second, count, order } = this;
    const rx = 1 / dx;
    const ry = 1 / dy;
    const rz = 1 / dz;
    let best = limit;
    let hit = -1;
    let top = 0;
    if (this.boxEntry(0, ox, oy, oz, rx, ry, rz, best) === Infinity) return -1;
    stack[top++] = 0;
    while (top > 0) {
      let node = stack[--top];
      while (count[node] === 0) {
        const near = this.boxEntry(node + 1, ox, oy, oz, rx, ry, rz, best);
        const far = this.boxEntry(second[node], ox, oy, oz, rx, ry, rz, best);
        if (near === Infinity && far === Infinity) break;
        if (near <= far) {
          if (far !== Infinity) stack[top++] = second[node];
          node = node + 1;
        } else {
          if (near !== Infinity) stack[top++] = node + 1;
          node = second[node];
        }
      }
      for (let k = second[node]; k < second[node] + count[node]; k++) {
        const t = this.enterPart(order[k], ox, oy, oz, dx, dy, dz);
        if (t >= best) continue;
        if (any) return order[k];
        best = t;
        hit = order[k];
      }
    }
    this.distance = best;
    return hit;
  }

  /** Distance at which a ray enters a node's box (0 inside), Infinity if it misses it or enters beyond `limit`. */
  private boxEntry(node: number, ox: number, oy: number, oz: number, rx: number, ry: number, rz: number, limit: number): number {
    const { boxes } = this;
    const b = node * 6;
    const x0 = (boxes[b] - ox) * rx;
    const x1 = (boxes[b + 3] - ox) * rx;
    const y0 = (boxes[b + 1] - oy) * ry;
    const y1 = (boxes[b + 4] - oy) * ry;
    const z0 = (boxes[b + 2] - oz) * rz;
    const z1 = (boxes[b + 5] - oz) * rz;
    const start = Math.max(x0 < x1 ? x0 : x1, y0 < y1 ? y0 : y1, z0 < z1 ? z0 : z1, 0);
    const end = Math.min(x0 < x1 ? x1 : x0, y0 < y1 ? y1 : y0, z0 < z1 ? z1 : z0);
    return start <= end && start < limit ? start : Infinity;
  }

  private enterPart(part: number, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number): number {
    const m = this.frames;
    const f = part * 12;
    const px = ox - m[f + 3];
    const py = oy - m[f + 7];
    const pz = oz - m[f + 11];
    return this.parts[part].shape.enter(
      m[f] * px + m[f + 4] * py + m[f + 8] * pz,
      m[f + 1] * px + m[f + 5] * py + m[f + 9] * pz,
      m[f + 2] * px + m[f + 6] * py + m[f + 10] * pz,
      m[f] * dx + m[f + 4] * dy + m[f + 8] * dz,
      m[f + 1] * dx + m[f + 5] * dy + m[f + 9] * dz,
      m[f + 2] * dx + m[f + 6] * dy + m[f + 10] * dz,
    );
  }

  private distanceTo(part: number, x: number, y: number, z: number): number {
    const m = this.frames;
    const f = part * 12;
    const px = x - m[f + 3];
    const py = y - m[f + 7];
    const pz = z - m[f + 11];
    return this.parts[part].shape.distance(
      m[f] * px + m[f + 4] * py + m[f + 8] * pz,
      m[f + 1] * px + m[f + 5] * py + m[f + 9] * pz,
      m[f + 2] * px + m[f + 6] * py + m[f + 10] * pz,
    );
  }

  /** Builds the node over order[from, to) at index `node`; returns the index after its subtree. */
  private build(bounds: readonly Float64Array[], from: number, to: number, node: number): number {
    const here = unite(bounds, this.order, from, to);
    this.boxes.set(here, node * 6);
    if (to - from <= LEAF) {
      this.second[node] = from;
      this.count[node] = to - from;
      return node + 1;
    }
    const split = this.sortForSplit(bounds, from, to);
    const afterFirst = this.build(bounds, from, split, node + 1);
    this.second[node] = afterFirst;
    return this.build(bounds, split, to, afterFirst);
  }

  /** Sorts order[from, to) along the axis, and returns the place, where count x area of the two halves is least. */
  private sortForSplit(bounds: readonly Float64Array[], from: number, to: number): number {
    let best = { cost: Infinity, axis: 0, at: from + 1 };
    const range = this.order.subarray(from, to);
    const sortBy = (axis: number): void => {
      range.sort((a, b) => bounds[a][axis] + bounds[a][axis + 3] - bounds[b][axis] - bounds[b][axis + 3] || a - b);
    };
    for (let axis = 0; axis < 3; axis++) {
      sortBy(axis);
      for (let at = from + 1; at < to; at++) {
        const cost = area(unite(bounds, this.order, from, at)) * (at - from) + area(unite(bounds, this.order, at, to)) * (to - at);
        if (cost < best.cost) best = { cost, axis, at };
      }
    }
    sortBy(best.axis);
    return best.at;
  }
}

function unite(bounds: readonly Float64Array[], order: Int32Array, from: number, to: number): Float64Array {
  const box = Float64Array.of(Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity);
  for (let k = from; k < to; k++) {
    for (let axis = 0; axis < 3; axis++) {
      box[axis] = Math.min(box[axis], bounds[order[k]][axis]);
      box[axis + 3] = Math.max(box[axis + 3], bounds[order[k]][axis + 3]);
    }
  }
  return box;
}

function area(box: Float64Array): number {
  const [x, y, z] = [box[3] - box[0], box[4] - box[1], box[5] - box[2]];
  return x * y + y * z + z * x;
}
