import { expect, it } from 'vitest';
import { surfaceOf } from '../../renderer/surface.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

it('of a ball has its points and, but for rounding, the normals of its places', () => {
  const camera = tinyCamera(0.4, 0.3, 96);
  const { origins, directions, count } = cameraRays(camera);
  const depth = new Float32Array(count);
  const opacity = new Float32Array(count);
  const radius = 0.6;
  for (let i = 0; i < count; i++) {
    const [o, d] = [origins, directions].map((all) => all.subarray(i * 3, i * 3 + 3));
    const length = Math.hypot(...d);
    const b = (o[0] * d[0] + o[1] * d[1] + o[2] * d[2]) / length;
    const discriminant = b * b - (o[0] ** 2 + o[1] ** 2 + o[2] ** 2 - radius ** 2);
    if (discriminant <= 0) continue;
    depth[i] = -b - Math.sqrt(discriminant);
    opacity[i] = 1;
  }
  const { points, normals } = surfaceOf({ width: 96, height: 96, depth, opacity }, camera);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const place = points.subarray(i * 3, i * 3 + 3);
    const normal = normals.subarray(i * 3, i * 3 + 3);
    if (opacity[i] === 0) {
      expect([...normal]).toEqual([0, 0, 0]);
      continue;
    }
    expect(Math.hypot(...place)).toBeCloseTo(radius, 5);
    const facing = -(directions[i * 3] * place[0] + directions[i * 3 + 1] * place[1] + directions[i * 3 + 2] * place[2]) / radius;
    // Towards the rim a pixel spans too much of the ball.
    if (facing < 0.5) continue;
    seen++;
    expect(Math.hypot(...normal)).toBeCloseTo(1, 10);
    expect((normal[0] * place[0] + normal[1] * place[1] + normal[2] * place[2]) / radius).toBeGreaterThan(0.99);
  }
  expect(seen).toBeGreaterThan(500);
});
