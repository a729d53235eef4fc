/**
 * Dense grids, and the same numbers in bricks: the same gradients, steps, refreshes, scalings and renderings on every backend that has bricks. Where no brick is, the dense field is empty as bricks say (EMPTY_DENSITY, features 0).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { neededBricks, type BrickTable } from '../../src/lattice/bricks.ts';
import type { FieldSpec } from '../../src/model/field-spec.ts';
import { brickTable, bricksSpec, EMPTY_DENSITY, type BricksSpec } from '../../src/model/representations/bricks.ts';
import { DENSITY, FEATURES } from '../../src/model/representations/dense.ts';
import { fitted } from '../../src/model/representations/index.ts';
import { networkParameters } from '../../src/model/tensor-names.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { expectCloseToMax } from './compare.ts';

const SIZE = [18, 14, 11] as const;
const FINER = [23, 18, 14] as const;
const LATTICE_TENSORS = [DENSITY, FEATURES].flatMap((name) => [name, `${name}.m`, `${name}.v`]);

/** Points on whose rays matter is: a thick wall in one half of the box. */
function wall(fixture: FieldFixture): Uint8Array {
  const [nx, ny] = SIZE;
  return fixture.occupancy.map((occupied, i) => {
    const [x, y] = [i % nx, Math.floor(i / nx) % ny];
    return occupied === 1 && x >= 4 && x <= 7 && y < 9 ? 1 : 0;
  });
}

function tableOf({ representation, grid }: FieldSpec): BrickTable {
  return brickTable(representation as BricksSpec, grid);
}

/** Values of the lattice that the rows of bricks hold. */
function toRows(table: BrickTable, values: Float32Array): Float32Array {
  const [nx, ny, nz] = table.size;
  const channels = values.length / (nx * ny * nz);
  const rows = new Float32Array(table.rows * channels);
  table.forEach((row, x, y, z) => {
    const point = x + nx * (y + ny * z);
    rows.set(values.subarray(point * channels, (point + 1) * channels), row * channels);
  });
  return rows;
}

/** Values of the lattice with what stands for points that do not exist. */
function emptied(table: BrickTable, values: Float32Array, empty: number): Float32Array {
  const [nx, ny, nz] = table.size;
  const channels = values.length / (nx * ny * nz);
  const kept = new Float32Array(values.length).fill(empty);
  table.forEach((_row, x, y, z) => {
    const point = x + nx * (y + ny * z);
    kept.set(values.subarray(point * channels, (point + 1) * channels), point * channels);
  });
  return kept;
}

interface Pair {
  readonly dense: FieldEngine;
  readonly bricks: FieldEngine;
  readonly fixture: FieldFixture;
}

const variation = { density: 3, features: 2, dense: false };

async function createPair(backend: Backend, dense = false): Promise<Pair> {
  const base = fieldFixture({ size: SIZE, rays: 24, loss: { totalVariation: { ...variation, dense } } });
  const occupancy = wall(base);
  const spec = fitted({ ...base.spec, representation: bricksSpec(12, 1) }, occupancy);
  const table = tableOf(spec);
  // Points in bricks have no learning rates of their own.
  const tensors = Object.fromEntries(Object.entries(base.tensors).filter(([name]) => name !== 'rate')) as FieldFixture['tensors'];
  const whole = {
    ...tensors,
    [DENSITY]: emptied(table, tensors[DENSITY]!, EMPTY_DENSITY),
    [FEATURES]: emptied(table, tensors[FEATURES]!, 0),
  };
  const inBricks = { ...whole, [DENSITY]: toRows(table, whole[DENSITY]), [FEATURES]: toRows(table, whole[FEATURES]) };
  const capacity = { ...capacityOf(base), voxels: FINER[0] * FINER[1] * FINER[2], steps: 200 };
  const pair = {
    fixture: base,
    dense: await backend.createField(base.spec, capacity),
    bricks: await backend.createField(spec, { ...capacity, fieldFloats: 13 * capacity.voxels * 2 }),
  };
  await loadFixture(pair.dense, { ...base, tensors: whole, occupancy });
  await loadFixture(pair.bricks, { ...base, spec, tensors: inBricks, occupancy });
  return pair;
}

/** Empties the dense field where the other has no bricks (any more). */
async function emptyWhereNone({ dense, bricks }: Pair): Promise<void> {
  const table = tableOf(bricks.spec);
  for (const name of LATTICE_TENSORS) await dense.write(name, emptied(table, await dense.read(name), name === DENSITY ? EMPTY_DENSITY : 0));
}

type Compare = (what: string, actual: Float32Array, expected: Float32Array) => void;

async function compareFields({ dense, bricks, fixture }: Pair, compare: Compare): Promise<void> {
  const table = tableOf(bricks.spec);
  expect(await bricks.readOccupancy()).toEqual(await dense.readOccupancy());
  for (const name of LATTICE_TENSORS) compare(name, toRowsOnLattice(table, await bricks.read(name)), toRows(table, await dense.read(name)));
  for (const name of networkParameters(fixture.spec)) compare(name, await bricks.read(name), await dense.read(name));
}

/** Those exist that samples read, and no others. */
async function expectNoOthers(engine: FieldEngine): Promise<void> {
  const needed = neededBricks(engine.spec.grid.size, await engine.readOccupancy());
  expect([...tableOf(engine.spec).places]).toEqual([...needed.keys()].filter((place) => needed[place] === 1));
}

/** Rows beyond the lattice left out, which nothing reads. */
function toRowsOnLattice(table: BrickTable, rows: Float32Array): Float32Array {
  const channels = rows.length / table.rows;
  const kept = new Float32Array(rows.length);
  table.forEach((row) => kept.set(rows.subarray(row * channels, (row + 1) * channels), row * channels));
  return kept;
}

async function trainBoth({ dense, bricks, fixture }: Pair, steps: number, from: number): Promise<void> {
  for (let step = from; step < from + steps; step++) {
    // Far below epsilon Adam makes steps of rounding.
    const settings = { ...fixture.settings, adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-6 }, adamStep: step, noiseSeed: step };
    const wanted = await dense.trainStep(fixture.batch, settings);
    const got = await bricks.trainStep(fixture.batch, settings);
    expect(got.counts, `step ${step}`).toEqual(wanted.counts);
    expect(got.counts.samples).toBeGreaterThan(5);
  }
}

export const exactly: Compare = (what, actual, expected) => expect(actual, what).toEqual(expected);
export const nearly: Compare = (what, actual, expected) => expectCloseToMax(what, actual, expected, 1e-5);

/** @param afterScaling where the two are not scaled by the same code */
export function describeBricks(name: string, createBackend: () => Promise<Backend>, compare: Compare, afterScaling = compare): void {
  describe(`${name}: bricks are dense grids`, () => {
    brickCases(name, createBackend, compare, afterScaling);
  });
}

function brickCases(name: string, createBackend: () => Promise<Backend>, compare: Compare, afterScaling: Compare): void {
  /** Plain JavaScript takes a second a step. */
  const some = (steps: number): number => (name === 'tfjs' ? 1 : steps);
  let backend: Backend;
  const open: Pair[] = [];
  const pairOf = async (dense = false): Promise<Pair> => {
    const pair = await createPair(backend, dense);
    open.push(pair);
    return pair;
  };
  beforeAll(async () => {
    backend = await createBackend();
  });
  afterAll(async () => {
    for (const { dense, bricks } of open) {
      await dense.dispose();
      await bricks.dispose();
    }
  });

  test('gradients; a field in bricks that are not all there', async () => {
    const pair = await pairOf();
    const { count } = pair.bricks.spec.representation as BricksSpec;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(tableOf(pair.bricks.spec).numbers.length);
    const table = tableOf(pair.bricks.spec);
    const wanted = (await pair.dense.gradients(pair.fixture.batch, pair.fixture.settings)).gradients;
    const got = (await pair.bricks.gradients(pair.fixture.batch, pair.fixture.settings)).gradients;
    for (const name of [DENSITY, FEATURES]) {
      compare(name, got[name]!, toRows(table, wanted[name]!));
      expect(wanted[name]!.filter((g) => g !== 0).length).toBeGreaterThan(50);
    }
    await compareFields(pair, compare);
  });

  test('steps, a refresh that frees bricks, steps, a finer grid, steps, rays', async () => {
    const pair = await pairOf();
    const { dense, bricks, fixture } = pair;
    const begun = (bricks.spec.representation as BricksSpec).count;
    await trainBoth(pair, some(3), 1);
    await compareFields(pair, compare);
    // Nothing on one side of the wall.
    for (const engine of [dense, bricks]) {
      const occupancy = await engine.readOccupancy();
      await engine.writeOccupancy(occupancy.map((flag, i) => (Math.floor(i / SIZE[0]) % SIZE[1] < 4 ? flag : 0)));
      await engine.refreshOccupancy();
    }
    const { count } = bricks.spec.representation as BricksSpec;
    expect(count).toBeLessThan(begun);
    await expectNoOthers(bricks);
    await emptyWhereNone(pair);
    await compareFields(pair, compare);
    await trainBoth(pair, some(2), 4);
    await compareFields(pair, compare);
    const grid = { ...fixture.spec.grid, size: FINER };
    await dense.scaleGrid({ ...dense.spec, grid });
    await bricks.scaleGrid({ ...bricks.spec, grid, representation: bricksSpec(12, 1) });
    await expectNoOthers(bricks);
    await emptyWhereNone(pair);
    await compareFields(pair, afterScaling);
    await trainBoth(pair, some(2), 1);
    await compareFields(pair, afterScaling);
    const rendered = await Promise.all([bricks, dense].map((engine) => engine.renderRays(fixture.batch, { background: [1, 0.5, 0] })));
    afterScaling('colours', rendered[0].rgb, rendered[1].rgb);
    expect(rendered[0].samples).toEqual(rendered[1].samples);
  });

  test('total variation everywhere acts on what exists', async () => {
    const pair = await pairOf(true);
    await trainBoth(pair, 1, 1);
    await compareFields(pair, compare);
  });

  test('samples beyond the bricks find them empty, and leave them so', async () => {
    const pair = await pairOf();
    const { dense, bricks, fixture } = pair;
    const before = await bricks.read(DENSITY);
    for (const engine of [dense, bricks]) await engine.writeOccupancy(new Uint8Array(voxelCount(fixture.spec.grid)).fill(1));
    await trainBoth(pair, 1, 1);
    await compareFields(pair, compare);
    expect(await bricks.read(DENSITY)).not.toEqual(before);
  });
}
