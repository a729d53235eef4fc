import { expect, it } from 'vitest';
import { checkRepresentation } from '../../src/backends/shared/check-representation.ts';
import { tfjsRepresentations } from '../../src/backends/tfjs/representations/index.ts';
import { wasmRepresentations } from '../../src/backends/wasm/representations/index.ts';
import { webgpuRepresentations } from '../../src/backends/webgpu/representations/index.ts';
import { bricksSpec } from '../../src/model/representations/bricks.ts';
import { parametersOf } from '../../src/model/tensor-names.ts';
import { tensorShape } from '../../src/model/tensor-shape.ts';
import { representationOf, representations } from '../../src/model/representations/index.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const MODULES = { tfjs: tfjsRepresentations, wasm: wasmRepresentations, webgpu: webgpuRepresentations };

it('backends have the representations that say so, and no others', () => {
  for (const [name, modules] of Object.entries(MODULES)) {
    const expected = representations().filter(({ backends }) => backends.some((backend) => backend === name));
    expect(Object.keys(modules), name).toEqual(expected.map(({ kind }) => kind));
  }
});

it.each(representations().map(({ kind }) => kind))('%s: features, tensors and lattice fit each other', (kind) => {
  const { spec, tensors } = fieldFixture({ representation: kind });
  const representation = representationOf(spec);
  const [x, y, z] = spec.grid.size;
  const values = Object.fromEntries(representation.tensors(spec).map(({ name }) => [name, tensors[name]!]));
  const densities = representation.densities(spec, values);
  expect(densities).toHaveLength(x * y * z);
  const points = Uint32Array.of(0, 17, x * y * z - 1);
  const some = representation.featuresAt(spec, values, points);
  const all = representation.featuresAt(spec, values);
  expect(some).toHaveLength(3 * representation.features);
  for (const [row, point] of points.entries())
    for (let c = 0; c < representation.features; c++)
      expect(some[row * representation.features + c]).toBe(all[point * representation.features + c]);
  expect(tensorShape('w1', spec)[0]).toBe(representation.features + 27);
  expect(new Set(parametersOf(spec)).size).toBe(parametersOf(spec).length);
  // On the same grid a field stays as it is.
  const resized = representation.resize(values, spec.grid, spec.grid);
  representation.densities(spec, resized).forEach((value, i) => expect(value).toBeCloseTo(densities[i], 5));
  representation.featuresAt(spec, resized).forEach((value, i) => expect(value).toBeCloseTo(all[i], 5));
  // Some bricks reach beyond the lattice.
  if (representation.partial !== undefined) return;
  for (const [name, data] of Object.entries(values)) resized[name].forEach((value, i) => expect(value).toBeCloseTo(data[i], 5));
});

it('a backend that lacks one names those that have it', () => {
  const { spec } = fieldFixture();
  expect(() => checkRepresentation('webgpu', spec, {})).toThrow(
    expect.objectContaining({ name: 'BackendError', fix: 'Use --backend tfjs or --backend wasm.' }) as Error,
  );
  const { dense, vm } = webgpuRepresentations;
  expect(() => checkRepresentation('webgpu', { ...spec, representation: bricksSpec(12, 1) }, { dense, vm })).toThrow(
    expect.objectContaining({
      ...{ name: 'BackendError', fix: 'Use --backend wasm or --backend tfjs.' },
      message: 'The webgpu backend has no fields of the kind bricks; it has dense, vm.',
    }) as Error,
  );
});
