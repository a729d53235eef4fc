/** A run of before networks were lists of layers (before-layers/): two hidden layers of 16 PLIF neurons, with feedback of the step before. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { StepMetrics } from '../../src/base/events.ts';
import { evalReportSchema } from '../../src/eval/eval-report.ts';
import { openField } from '../../src/eval/open-field.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { openRun } from '../../src/run/run-folder.ts';
import { decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { trainingTensors } from '../../src/model/tensor-names.ts';
import { fileOf } from '../io/checkpoint-sample.ts';

const folder = fileURLToPath(new URL('before-layers', import.meta.url));

test('its settings, checkpoint, metrics and evaluation are read; its field renders; what is written again is the same', async () => {
  const run = await openRun(nodeFiles, folder);
  expect(run.record.config.network).toMatchObject({ neuron: 'plif', width: 16, layers: null, quantiser: null });
  const { checkpoint } = await run.load();
  expect(checkpoint.spec.network).toMatchObject({ neuron: 'plif', width: 16 });
  expect(checkpoint.state.feedback!.firingRates).toHaveLength(2);
  expect(checkpoint.state.feedback!.potentials!.map(({ length }) => length)).toEqual([16, 16]);
  expect([...checkpoint.names].sort()).toEqual([...trainingTensors(checkpoint.spec)].sort());
  expect(checkpoint.names).toEqual(expect.arrayContaining(['w1', 'w2.m', 'w3.v', 'n1.tau', 'n2.tau.m']));

  const lines = (await readFile(`${folder}/metrics.jsonl`, 'utf8')).trim().split('\n');
  const last = JSON.parse(lines.at(-1)!) as StepMetrics;
  expect(last.firingRates).toHaveLength(2);
  const report = evalReportSchema.parse(JSON.parse(await readFile(`${folder}/eval/metrics.json`, 'utf8')));
  expect(report.counts.total.spikes).toHaveLength(2);

  const engine = await openField(await createWasmBackend({ threads: 1 }), checkpoint);
  const { min, max } = checkpoint.spec.grid;
  const rays = { count: 1, origins: Float32Array.from(min), directions: Float32Array.from(max, (high, axis) => high - min[axis]) };
  const { rgb } = await engine.renderRays(rays, { background: [1, 1, 1] });
  expect(rgb.every(Number.isFinite)).toBe(true);
  await engine.dispose();

  const again = await decodeCheckpoint(await fileOf(checkpoint), 'again');
  for (const name of checkpoint.names) expect(await again.read(name), name).toEqual(await checkpoint.read(name));
  expect(voxelCount(again.spec.grid)).toBe(voxelCount(checkpoint.spec.grid));
});
