import { denseSpec } from '../../src/model/representations/dense.ts';
import { frustumBox } from '../../src/spaces/seen-boxes.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import { describe, expect, it } from 'vitest';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import { contentBox } from '../../src/lattice/content-box.ts';
import { densityOf } from '../../src/lattice/density.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

describe('coarse box', () => {
  it('of one camera is that of its frustum between spheres around it', () => {
    const camera: Camera = {
      camToWorld: lookAt([0, 0, 0], [0, 0, -1], [0, 1, 0]),
      intrinsics: { width: 101, height: 101, fx: 50, fy: 50, cx: 50.5, cy: 50.5 },
    };
    const { min, max } = frustumBox([camera], 1, 3);
    // The outermost pixel centres lie at 45 degrees; the axis reaches farthest along z, the corner rays are nearest.
    expect(max[0]).toBeCloseTo(3 * Math.SQRT1_2, 2);
    expect(min[0]).toBeCloseTo(-max[0], 6);
    expect(min[2]).toBeCloseTo(-3, 6);
    expect(max[2]).toBeCloseTo(-1 / Math.sqrt(3), 6);
  });

  it('agrees with the one over all pixels', () => {
    const cameras = [0, 1, 2, 3, 4].map((i) => tinyCamera(i * 1.3, i * 0.25, 120));
    const { min, max } = frustumBox(cameras, 1.5, 4.5);
    for (let axis = 0; axis < 3; axis++) {
      let low = Infinity;
      let high = -Infinity;
      for (const camera of cameras) {
        const { origins, directions, count } = cameraRays(camera);
        for (let i = 0; i < count; i++) {
          const d = directions.subarray(i * 3, i * 3 + 3);
          for (const t of [1.5, 4.5]) {
            const p = origins[i * 3 + axis] + (t * d[axis]) / Math.hypot(d[0], d[1], d[2]);
            low = Math.min(low, p);
            high = Math.max(high, p);
          }
        }
      }
      expect(min[axis]).toBeCloseTo(low, 2);
      expect(max[axis]).toBeCloseTo(high, 2);
    }
  });
});

describe('fine box', () => {
  const spec: FieldSpec = {
    space: BOUNDED,
    grid: { size: [11, 11, 11], min: [-5, -5, -5], max: [5, 5, 5] },
    representation: denseSpec(3),
    network: null,
    densityShift: -9,
    interval: 0.5,
    stepLength: 0.5,
    near: 0,
    alphaThreshold: 1e-5,
    weightThreshold: 1e-5,
  };
  const full = new Uint8Array(1331).fill(1);
  const at = (x: number, y: number, z: number): number => x + 11 * (y + 11 * z);

  it('encloses the points above the threshold, enlarged about their centre', () => {
    const density = new Float32Array(1331);
    // Interval 0.5 at stepSize 0.5: over a whole voxel the exponent is 1.
    const just = densityOf(1e-3, -9, 1);
    density[at(2, 3, 4)] = just + 0.01;
    density[at(6, 8, 7)] = just + 5;
    density[at(0, 0, 0)] = just - 0.01;
    const { min, max } = contentBox(spec, density, full, 0.5, 1e-3, 1.05);
    // Points 2..6 are world -3..1: centre -1, half 2.
    expect([min[0], max[0]].map((x) => +x.toFixed(9))).toEqual([-3.1, 1.1]);
    expect([min[1], max[1]].map((x) => +x.toFixed(9))).toEqual([-2.125, 3.125]);
    expect([min[2], max[2]].map((x) => +x.toFixed(9))).toEqual([-1.075, 2.075]);
  });

  it('leaves out unoccupied points and is at least two voxels wide', () => {
    const density = new Float32Array(1331);
    density[at(5, 5, 5)] = density[at(9, 9, 9)] = 10;
    const occupancy = full.slice();
    occupancy[at(9, 9, 9)] = 0;
    expect(contentBox(spec, density, occupancy, 0.5, 1e-3, 1)).toEqual({ min: [-1, -1, -1], max: [1, 1, 1] });
  });

  it('says so when nothing was found', () => {
    expect(() => contentBox(spec, new Float32Array(1331), full, 0.5, 1e-3, 1.05)).toThrow(/coarse stage found nothing/);
  });
});
