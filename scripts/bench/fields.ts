/**
 * What each kind of field costs as it grows: time of the passes of a step, fields of one size in turn in one process; memory, each field in a process of
 * its own, so that what is resident is this field's.
 */
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { WasmEngine } from '../../src/backends/wasm/wasm-engine.ts';
import { InputError } from '../../src/base/errors.ts';
import { wholeNumber, word } from '../../src/base/option-values.ts';
import { gridFloats } from '../../src/model/tensor-shape.ts';
import { BATCH_RAYS, enter } from './field-speed.ts';
import {
  fillShell,
  SHELL_KINDS,
  shellBatches,
  shellCapacity,
  shellOccupancy,
  shellSettings,
  shellSpec,
  type ShellKind,
} from './shell-field.ts';
import { timePasses, type Passes, type TimedStep } from './step-passes.ts';
import { table } from './table.ts';

const NEURON = 'three-bit';
const TURNS = 6;
const SIDES = ['128', '160', '256', '512'];
/** What a WebAssembly memory can have at most. */
const ADDRESSABLE = 2 ** 32;

export interface FieldMemory {
  /** Numbers of the field's tensors. */
  readonly numbers: number;
  /** Bytes that training reserves at most. */
  readonly reserved: number;
  /** Bytes after four steps; null: not measured, for it does not fit. */
  readonly resident: number | null;
}

/** @param texts points along an axis, the usual ones where none are given */
export async function fieldsTable(texts: readonly string[]): Promise<string> {
  const sides = (texts.length > 0 ? texts : SIDES).map(sideOf);
  const rows: string[][] = [];
  for (const side of sides) {
    const memories = new Map<ShellKind['kind'], FieldMemory>();
    for (const kind of SHELL_KINDS) memories.set(kind, await memoryInProcess({ kind, side }));
    const speeds = await timeKinds(
      SHELL_KINDS.filter((kind) => memories.get(kind)!.resident !== null),
      side,
    );
    const occupied = shellOccupancy(side).reduce((sum, flag) => sum + flag, 0);
    for (const [kind, memory] of memories) rows.push(rowOf({ kind, side }, occupied, memory, speeds.get(kind)));
  }
  return table(
    [
      ...[
        'voxels',
        'occupied, millions',
        'field',
        'numbers, millions',
        'reserved, MiB',
        'resident, MiB',
        'resident, bytes an occupied voxel',
      ],
      ...['samples a ray', 'march', 'gather', 'network', 'scatter', 'Adam', 'a step'],
    ],
    rows,
  );
}

function rowOf({ kind, side }: ShellKind, occupied: number, memory: FieldMemory, speed: TimedStep | undefined): string[] {
  const { numbers, reserved, resident } = memory;
  const times = ['march', 'gather', 'network', 'scatter', 'adam', 'step'] as const;
  return [
    `${side}³`,
    (occupied / 1e6).toFixed(2),
    kind,
    (numbers / 1e6).toFixed(1),
    (reserved / 2 ** 20).toFixed(0),
    resident === null ? 'does not fit' : (resident / 2 ** 20).toFixed(0),
    resident === null ? '' : (resident / occupied).toFixed(0),
    speed?.samplesPerRay.toFixed(1) ?? '',
    ...times.map((pass) => speed?.passes[pass].toFixed(3) ?? ''),
  ];
}

/** The least of each pass over the turns. */
async function timeKinds(kinds: readonly ShellKind['kind'][], side: number): Promise<Map<ShellKind['kind'], TimedStep>> {
  const batches = shellBatches(BATCH_RAYS);
  const fields: { kind: ShellKind['kind']; engine: WasmEngine; time: ReturnType<typeof timePasses>; turns: TimedStep[] }[] = [];
  for (const kind of kinds) {
    const { engine } = await enter(await createWasmBackend({ threads: 1 }), NEURON, 1, BATCH_RAYS, { kind, side });
    fields.push({ kind, engine, time: timePasses(engine), turns: [] });
  }
  for (const { time } of fields) await time(batches[0]);
  for (let turn = 0; turn < TURNS; turn++)
    for (const { time, turns } of turn % 2 === 0 ? fields : [...fields].reverse()) turns.push(await time(batches[turn % batches.length]));
  for (const { engine } of fields) await engine.dispose();
  return new Map(fields.map(({ kind, turns }) => [kind, leastOf(turns)]));
}

function leastOf(turns: readonly TimedStep[]): TimedStep {
  const least = (pass: keyof Passes): number => Math.min(...turns.map(({ passes }) => passes[pass]));
  const [march, gather, network, scatter, adam, step] = (['march', 'gather', 'network', 'scatter', 'adam', 'step'] as const).map(least);
  return { passes: { march, gather, network, scatter, adam, step }, samplesPerRay: turns[0].samplesPerRay };
}

async function memoryInProcess({ kind, side }: ShellKind): Promise<FieldMemory> {
  const script = [process.argv[1], 'memory', kind, String(side)];
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...script]);
  return JSON.parse(stdout) as FieldMemory;
}

/** Under `node --expose-gc`. */
export async function fieldMemory(kindText: string, sideText: string): Promise<FieldMemory> {
  const kind = { kind: word('memory', kindText, SHELL_KINDS), side: sideOf(sideText) };
  const backend = await createWasmBackend({ threads: 1 });
  const [spec, capacity] = [shellSpec(NEURON, kind), shellCapacity(BATCH_RAYS, kind)];
  const reserved = backend.estimateBytes(spec, capacity);
  const numbers = gridFloats(spec);
  if (reserved > ADDRESSABLE) return { numbers, reserved, resident: null };
  const before = await residentBytes();
  const engine = await backend.createField(spec, capacity);
  await fillShell(engine);
  for (const batch of shellBatches(BATCH_RAYS)) await engine.trainStep(batch, shellSettings);
  const resident = (await residentBytes()) - before;
  await engine.dispose();
  return { numbers, reserved, resident };
}

/** Of this process, without garbage: what the benchmark filled the field with is no part of it. */
async function residentBytes(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new InputError('memory: expected a process that can collect garbage', 'Use node --expose-gc.');
  // Large arrays are given back by another thread, later.
  for (let least = Infinity; ;) {
    gc();
    await setTimeout(1000);
    const now = process.memoryUsage.rss();
    if (now > least - 2 ** 20) return Math.min(now, least);
    least = now;
  }
}

function sideOf(text: string): number {
  return wholeNumber('points along an axis', text, 8, 1024);
}
