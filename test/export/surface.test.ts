/** Surfaces for other programs: where things are known exactly, points and mesh lie there, closed, coloured, and as other programs read them. */
import { WebIO } from '@gltf-transform/core';
import { describe, expect, it } from 'vitest';
import { readPly } from '../../datasets/ply.ts';
import { createSyntheticScene } from '../../datasets/synth/scenes.ts';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import type { GridSpec } from '../../src/geometry/grid.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { DepthFusion } from '../../src/export/surface/fuse-depths.ts';
import { meshOf } from '../../src/export/surface/mesh.ts';
import { surfaceNets } from '../../src/export/surface/surface-nets.ts';
import { PointThinner } from '../../src/export/surface/thin-points.ts';
import { encodeGlb, turned } from '../../src/export/surface/write-glb.ts';
import { encodePly } from '../../src/export/surface/write-ply.ts';
import type { RenderedImage } from '../../renderer/render-image.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const RADIUS = 0.6;
const COLOUR = [0.8, 0.4, 0.1];

/** What a camera sees of rays that end at a depth; Infinity: nothing. */
function imageOf(
  camera: Camera,
  depthAlong: (origin: ArrayLike<number>, direction: readonly [number, number, number]) => number,
): RenderedImage {
  const { width, height } = camera.intrinsics;
  const { origins, directions } = cameraRays(camera);
  const depth = new Float32Array(width * height).map((_, i) => {
    const d = directions.subarray(i * 3, i * 3 + 3);
    const length = Math.hypot(...d);
    return depthAlong(origins.subarray(i * 3, i * 3 + 3), [d[0] / length, d[1] / length, d[2] / length]);
  });
  const hit = depth.map((value) => (value === Infinity ? 0 : 1));
  const rgb = Float32Array.from({ length: width * height * 3 }, (_, i) => COLOUR[i % 3]);
  const none = new Uint32Array(width * height);
  return {
    width,
    height,
    rgb,
    depth: depth.map((value) => (value === Infinity ? 9 : value)),
    opacity: hit,
    samples: none,
    spikes: none,
    counts: emptyCounts(),
  };
}

const ball = (o: ArrayLike<number>, d: readonly [number, number, number]): number => {
  const b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2];
  const square = b * b - (o[0] ** 2 + o[1] ** 2 + o[2] ** 2 - RADIUS ** 2);
  return square < 0 ? Infinity : -b - Math.sqrt(square);
};
const ring = (elevations: readonly number[], size: number): Camera[] =>
  elevations.flatMap((elevation) => Array.from({ length: 8 }, (_, i) => tinyCamera((2 * Math.PI * i) / 8, elevation, size)));
const GRID: GridSpec = { min: [-1, -1, -1], max: [1, 1, 1], size: [41, 41, 41] };
const EDGE = 2 / 40;

function edgesOf(triangles: Uint32Array): Map<string, number> {
  const edges = new Map<string, number>();
  for (let t = 0; t < triangles.length; t += 3)
    for (let k = 0; k < 3; k++) {
      const key = [triangles[t + k], triangles[t + ((k + 1) % 3)]].sort((a, b) => a - b).join();
      edges.set(key, (edges.get(key) ?? 0) + 1);
    }
  return edges;
}

describe('surface nets', () => {
  it('of a ball: closed, outward, on the ball', () => {
    const n = 12;
    const values = Float32Array.from(
      { length: n ** 3 },
      (_, i) => Math.hypot((i % n) - 5.5, (Math.floor(i / n) % n) - 5.5, Math.floor(i / n / n) - 5.5) - 4,
    );
    const { places, triangles } = surfaceNets(values, [n, n, n]);
    for (let i = 0; i < places.length; i += 3)
      expect(Math.abs(Math.hypot(places[i] - 5.5, places[i + 1] - 5.5, places[i + 2] - 5.5) - 4)).toBeLessThan(0.15);
    expect(new Set(edgesOf(triangles).values())).toEqual(new Set([2]));
    // The volume by the divergence theorem is positive where triangles look outward.
    let volume = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => places.subarray(triangles[t + k] * 3, triangles[t + k] * 3 + 3));
      volume += (a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6;
    }
    expect(volume / ((4 / 3) * Math.PI * 64)).toBeGreaterThan(0.93);
    expect(volume / ((4 / 3) * Math.PI * 64)).toBeLessThan(1.05);
  });
});

describe('a ball that cameras see', () => {
  const cameras = ring([-0.9, -0.3, 0.3, 0.9], 48);

  it('is fused to a closed mesh within half a voxel of it, with its colour, and no crumbs', () => {
    const fusion = new DepthFusion(GRID);
    for (const camera of cameras) fusion.add(camera, imageOf(camera, ball));
    const fused = fusion.finish();
    // A crumb somewhere else.
    fused.distance[5 + 41 * (5 + 41 * 5)] = -1;
    const mesh = meshOf(fused);
    const { positions, normals, colours, triangles } = mesh;
    expect(new Set(edgesOf(triangles!).values())).toEqual(new Set([2]));
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y, z] = positions.subarray(i, i + 3);
      const away = Math.hypot(x, y, z);
      expect(Math.abs(away - RADIUS) / EDGE).toBeLessThan(0.5);
      expect((x * normals[i] + y * normals[i + 1] + z * normals[i + 2]) / away).toBeGreaterThan(0.85);
      COLOUR.forEach((value, c) => expect(Math.abs(colours[i + c] / 255 - value)).toBeLessThan(0.01));
    }
  });

  it('is read by other programs: PLY by our own reader of foreign files, GLB by glTF-Transform, upright and in linear colours', async () => {
    const fusion = new DepthFusion(GRID);
    for (const camera of cameras) fusion.add(camera, imageOf(camera, ball));
    const mesh = meshOf(fusion.finish());
    const count = mesh.positions.length / 3;
    const bytes = new Uint8Array(Buffer.concat(encodePly(mesh)));
    const { places } = readPly('surface.ply', bytes);
    expect(places).toHaveLength(count * 3);
    expect(places[3]).toBeCloseTo(mesh.positions[3], 6);
    const document = await new WebIO().readBinary(await encodeGlb(mesh, [0, 0, 1]));
    const [primitive] = document.getRoot().listMeshes()[0].listPrimitives();
    const position = primitive.getAttribute('POSITION')!;
    expect([position.getCount(), primitive.getIndices()!.getCount()]).toEqual([count, mesh.triangles!.length]);
    const [x, y, z] = mesh.positions.subarray(0, 3);
    const first = position.getElement(0, []);
    // +z of the scene is +y of glTF.
    [x, z, -y].forEach((value, axis) => expect(first[axis]).toBeCloseTo(value, 5));
    expect(primitive.getAttribute('COLOR_0')!.getElement(0, [])[0]).toBeCloseTo(((mesh.colours[0] / 255 + 0.055) / 1.055) ** 2.4, 3);
    expect([...turned(Float32Array.of(0, -1, 0), [0, -1, 0])]).toEqual([0, 1, -0]);
  });

  it('is thinned to one point a cube, seen from before', () => {
    const thinner = new PointThinner(EDGE);
    for (const camera of cameras) thinner.add({ camera: { name: 'c', ...camera }, image: imageOf(camera, ball) });
    const { positions, normals, triangles } = thinner.finish();
    expect(triangles).toBeNull();
    const cubes = new Set<string>();
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y, z] = positions.subarray(i, i + 3);
      expect(Math.abs(Math.hypot(x, y, z) - RADIUS)).toBeLessThan(1e-3);
      expect((x * normals[i] + y * normals[i + 1] + z * normals[i + 2]) / RADIUS).toBeGreaterThan(0.8);
      cubes.add([x, y, z].map((value) => Math.floor(value / EDGE)).join());
    }
    expect(cubes.size).toBe(positions.length / 3);
    expect(cubes.size).toBeGreaterThan(800);
  });
});

it('the generated locomotive, seen without error, is meshed within a voxel of its analytic surface', () => {
  const { tree } = createSyntheticScene('object');
  const grid: GridSpec = { min: [-1.3, -0.7, -0.2], max: [1.3, 0.7, 1.3], size: [105, 57, 61] };
  const fusion = new DepthFusion(grid);
  const away = (o: ArrayLike<number>, d: readonly [number, number, number]): number => {
    tree.first(o[0], o[1], o[2], ...d);
    return tree.distance;
  };
  for (const camera of ring([0.2, 0.9], 96)) fusion.add(camera, imageOf(camera, away));
  const { positions } = meshOf(fusion.finish());
  const edge = 2.6 / 104;
  const distances = Array.from(
    { length: positions.length / 3 },
    (_, i) => Math.abs(tree.nearest(positions[i * 3], positions[i * 3 + 1], positions[i * 3 + 2], 1)) / edge,
  );
  distances.sort((a, b) => a - b);
  expect(distances.length).toBeGreaterThan(5000);
  expect(distances[Math.floor(distances.length / 2)]).toBeLessThan(0.5);
  expect(distances[Math.floor(distances.length * 0.9)]).toBeLessThan(1.5);
});
