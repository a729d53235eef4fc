import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from 'vitest/config';
import { prepareTestMachine } from './test/setup/test-machine.ts';

const GPU = 'test/**/*.gpu.test.ts';
const CONFORMANCE = [
  'test/conformance/**/*.test.ts',
  'test/backends/*.test.ts',
  // Whole trainings and renderings in memory.
  'test/train/{train-field,training-methods,forward-facing,unbounded,factors,quantised-run,input-spikes-run,convert-field}.test.ts',
  'test/jobs/{jobs,train-into,training-memory,run-views,rehearse}.test.ts',
  'test/export/surface.test.ts',
  'test/model/network-layers.test.ts',
  'test/baked/{baked,quantised}-scene.test.ts',
  // Counts the processor time of its process.
  'test/bench/fields.test.ts',
];
const E2E = 'test/e2e/**/*.test.ts';
/** Minutes of kills and of rude clients: in the long run of CI. */
const HARM = process.env.SPIKERAY_CI === 'long' ? [] : ['test/e2e/{kill-commands,soak}.test.ts'];
const BROWSER = 'test/browser/**/*.test.ts';
const CLUSTER = 'test/cluster/**/*.test.ts';

interface Group {
  readonly exclude?: readonly string[];
  readonly globalSetup?: string[];
  readonly maxWorkers?: number;
  readonly sequence?: { readonly groupOrder: number };
}

/** Where files leave what others can use. */
const SHARED = { globalSetup: ['test/setup/shared-folder.ts'] };

/** Tests that start processes, compile kernels for a GPU, or wait for pages, on a machine that may be busy with others. */
const patient = { testTimeout: 600_000, hookTimeout: 600_000, teardownTimeout: 60_000 };

/**
 * `unit`: quick, each in one process. `conformance`: the executable specification, and every backend against it. `gpu`: kernels on an adapter. `e2e`: the real
 * command line, in child processes, on generated scenes. `browser`: the viewer in headless Chromium. `cluster`: sweeps on a real Slurm on this
 * machine. A file `*.gpu.test.ts` of any group needs an
 * adapter; on Linux all tests run on a software adapter, the same everywhere.
 */
export default defineConfig(async (): Promise<ViteUserConfig> => {
  const { adapter, browser } = await prepareTestMachine();
  const without = adapter === null ? [GPU] : [];
  const group = (name: string, include: string[], { exclude = [], ...more }: Group = {}): TestProjectInlineConfiguration => ({
    test: { name, include, exclude: [...exclude, ...without], ...patient, ...more },
  });
  return {
    test: {
      provide: { browser },
      // Half as many again as cores: most of the time tests wait for processes that they started.
      maxWorkers: Math.ceil(1.5 * availableParallelism()),
      reporters: ['default', ['json', { outputFile: 'node_modules/.cache/spikeray/tests.json' }]],
      projects: [
        {
          test: {
            name: 'unit',
            include: ['test/**/*.test.ts'],
            exclude: [...CONFORMANCE, GPU, E2E, BROWSER, CLUSTER],
            // Each thread loads a module once for all its files: half the time. So no test here may leave anything behind, nor replace a module.
            pool: 'threads',
            isolate: false,
            testTimeout: 120_000,
            hookTimeout: 120_000,
          },
        },
        group('conformance', CONFORMANCE, SHARED),
        group('gpu', [GPU], { exclude: [...CONFORMANCE, E2E, BROWSER] }),
        group('e2e', [E2E], { exclude: HARM, ...SHARED }),
        // Where it is asked for: `npm run test:cluster`.
        ...(process.env.SPIKERAY_CLUSTER === undefined ? [] : [group('cluster', [CLUSTER], SHARED)]),
        // A browser draws on all cores, and waits as long as it draws.
        ...(browser === null ? [] : [group('browser', [BROWSER], { maxWorkers: 2, sequence: { groupOrder: 1 }, ...SHARED })]),
      ],
    },
  };
});
