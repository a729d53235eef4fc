/**
 * Everything that reads what it did not write: for each reader the files it reads when all is well, and the reading. A new parser is one entry
 * here.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { openScene } from '../../datasets/index.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { parseKeyPath } from '../../renderer/paths/camera-keys.ts';
import { parseCameraPath } from '../../renderer/paths/nerfstudio-path.ts';
import { PRELUDE_BYTES } from '../../src/baked/baked-scene.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { parseEntries } from '../../src/config/compare-entries.ts';
import { parseConfig } from '../../src/config/resolve-config.ts';
import { presets } from '../../src/config/presets.ts';
import { horowitz45nmFp32 } from '../../src/energy/hardware/horowitz-45nm-fp32.ts';
import { parseHardware } from '../../src/energy/hardware/parse-hardware.ts';
import type { Files } from '../../src/io/files.ts';
import { encodePlan, type Job, jobsOf, planJobs, readPlan, teachers } from '../../src/jobs/job-plan.ts';
import { readResult } from '../../src/jobs/run-result.ts';
import { readSubmission } from '../../src/jobs/submission.ts';
import { parseSweep } from '../../src/jobs/sweep-file.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.ts';
import { renderingTensors } from '../../src/model/tensor-names.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { holderOf } from '../../src/node/lock-folder.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { readMetrics } from '../../src/run/metrics-file.ts';
import { readChosenUp } from '../../src/run/view-file.ts';
import { decodeMask, encodeMask } from '../../src/skip/mask-file.ts';
import type { SkipMask } from '../../src/skip/skip-mask.ts';
import { decodeRecord } from '../../src/run/run-record.ts';
import { parseFrameRequest } from '../../src/server/frame-request.ts';
import { readReport } from '../../src/eval/read-report.ts';
import { checksum, decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { memoryFiles, plainImages } from './memory-files.ts';
import { colmapScene, nsvfScene } from './small-scenes.ts';

export interface Target {
  readonly name: string;
  /** The files as they should be: one of them is damaged. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Reads them; what it returns is compared between two readings of the same. */
  read(files: Map<string, Uint8Array>): Promise<unknown>;
}

/** @param run folder of a trained and evaluated run, with its field baked in export/web */
export async function fuzzTargets(run: string, scratch: string): Promise<Target[]> {
  const ofRun = (path: string): Promise<Uint8Array<ArrayBuffer>> => nodeFiles.read(`${run}/${path}`);
  const checkpoints = await nodeFiles.list(`${run}/checkpoints`);
  const checkpoint = await ofRun(`checkpoints/${checkpoints.at(-1)!}`);
  const baked = await ofRun('export/web/scene.spikeray');
  return [
    ...(await sceneTargets()),
    text('config', JSON.stringify(presets.blender), (content) => parseConfig(JSON.parse(content), 'config')),
    bytes('run record', await ofRun('config.json'), async (file) => decodeRecord(file, 'config.json')),
    bytes('checkpoint', checkpoint, readTensors),
    bytes('checkpoint, sealed anew', headOf(checkpoint), async (head) => readTensors(await sealed(checkpoint, head))),
    bytes('baked scene', baked, readBaked),
    bytes('baked scene, packed anew', unpacked(baked), async (content) => readBaked(packedAnew(baked, content))),
    {
      name: 'metrics',
      files: new Map([['run/metrics.jsonl', await ofRun('metrics.jsonl')]]),
      read: (files) => readMetrics(memoryFiles(files), 'run/metrics.jsonl'),
    },
    onDisk('evaluation', 'metrics.json', await ofRun('eval/test/metrics.json'), scratch, (path) => readReport(nodeFiles, path)),
    onDisk('image', 'image.png', await ofRun('eval/test/r_0.png'), scratch, async (path) => (await sharpCodec.decode(path)).rgba.length),
    words('sweep file', SWEEP, (content) => parseSweep(content, 'sweep.yaml')),
    inMemory('plan', 'plan.json', encodePlan(plannedJobs()), async (files) => {
      const plan = await readPlan(files, 'plan.json');
      const jobs = jobsOf(plan);
      return { about: plan.about, jobs, teachers: teachers(plan.file, jobs) };
    }),
    inMemory('submission', 'sweep/submission.json', json(SUBMISSION), (files) => readSubmission(files, 'sweep')),
    inMemory('result', 'run/result.json', json(await resultOf(ofRun)), (files) => readResult(files, 'run')),
    inMemory('chosen view', 'run/view.json', json({ version: 1, up: [0, 0.6, 0.8] }), (files) => readChosenUp(files, 'run')),
    onDisk('lock', 'lock.json', json(LOCK), scratch, () => holderOf(scratch)),
    bytes('skip mask', encodeMask(SKIP_MASK, CHECKPOINT), async (file) => decodeMask(file, 'mask.json', CHECKPOINT)),
    text('hardware', JSON.stringify(horowitz45nmFp32), (content) => parseHardware(content, 'hardware.json')),
    text('camera path', JSON.stringify(CAMERA_PATH), (content) => parseCameraPath(JSON.parse(content), 'path.json')),
    text('key path', JSON.stringify(CAMERA_PATH), (content) => parseKeyPath(JSON.parse(content), 'path.json')),
    text('frame request', JSON.stringify(FRAME_REQUEST), (content) => parseFrameRequest(JSON.parse(content))),
  ];
}

const SWEEP = `title: "two scenes"
scenes: &all [lego, { path: fern, name: leaves, format: llff, set: { scene.downscale: 4 } }]
entries: [ternary+distill, lif, ann]
seeds: [1, 2]
settings: { short: { fine.steps: 100 }, long: { fine.steps: 200, fine.scaleAt: [10, 20] } }
set: { network.width: 32 }
measure: { split: val, every: 10 }
backend: { name: wasm, threads: 2, gpu: null }
`;
const SUBMISSION = { schema: 1, launcher: 'slurm', queued: [{ id: '12', offset: 0 }, { id: '13', offset: null }] }; // prettier-ignore
const LOCK = { schema: 1, host: 'somewhere', boot: 'b', pid: 1, started: '1', command: 'spikeray', since: '2026-01-01T00:00:00.000Z' };
const CHECKPOINT = '0123456789abcdef'.repeat(4);
const SKIP_MASK: SkipMask = {
  range: { low: [0, -1], high: [1, 1] },
  classifier: {
    ...{ classes: 2, neuronsPerClass: 2, nonTarget: 1, threshold: 1.5 },
    layer: { inputs: 4, neurons: 4, weights: Float64Array.from({ length: 16 }, (_, i) => i / 4) },
  },
};

function plannedJobs(): Job[] {
  const shared = presets.blender;
  const scenes = ['a', 'b'].map((name) => ({ path: `/${name}`, name, format: null, shared }));
  const backend = { choice: 'wasm', threads: null, gpu: null } as const;
  const entries = parseEntries('ternary+distill,lif');
  return planJobs({ entries, seeds: [1, 2], scenes, folder: '/sweep', backend, measure: { split: null, every: 1 } });
}

/** The result of a run that is measured. */
async function resultOf(ofRun: (path: string) => Promise<Uint8Array>): Promise<unknown> {
  const report: unknown = JSON.parse(new TextDecoder().decode(await ofRun('eval/test/metrics.json')));
  const training = {
    ...({ stage: 'fine', step: 20, seconds: 2, rays: 640, samples: 900, trainPsnr: 20, firingRates: [0.1, 0.2] } as const),
    ...{ peakMemory: 3e8, backend: 'wasm', checkpoint: 'fine-00000020.safetensors' },
  };
  const measuring = { spikeray: '0.1.0', checkpoint: 'fine-00000020.safetensors', split: null, every: 1, report };
  return { schema: 1, status: 'measured', training, measuring };
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const POSE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1];
const CAMERA_PATH = {
  camera_type: 'perspective',
  render_width: 64,
  render_height: 48,
  fps: 24,
  keyframes: [{ matrix: POSE, fov: 50, aspect: 1.3, override_transition_enabled: true, override_transition_sec: 2 }],
  camera_path: [{ camera_to_world: POSE, fov: 50, aspect: 1.3 }],
};
const FRAME_REQUEST = {
  client: 'c',
  layer: 'l',
  scales: [2, 1],
  picture: {
    camera: { camToWorld: POSE, intrinsics: { width: 64, height: 48, fx: 60, fy: 60, cx: 32, cy: 24 } },
    output: 'colour',
    background: [1, 1, 1],
    crop: { min: [0, 0, 0], max: [1, 1, 1] },
  },
};

/** A scene of each format, its images aside. */
async function sceneTargets(): Promise<Target[]> {
  const images = plainImages(16, 12);
  const written = async (scene: 'object' | 'forward' | 'capture'): Promise<Map<string, Uint8Array>> => {
    const tree = new Map<string, Uint8Array>();
    await writeSyntheticScene({ scene, views: 9, size: 16, folder: 'scene', files: memoryFiles(tree), images, seed: 1 });
    return tree;
  };
  const trees: [string, Map<string, Uint8Array>][] = [
    ['Blender', await written('object')],
    ['LLFF', await written('forward')],
    ['nerfstudio', await written('capture')],
    ['COLMAP, text', colmapScene('text')],
    ['COLMAP, binary', colmapScene('binary')],
    ['NSVF', nsvfScene()],
  ];
  return trees.map(([format, files]) => ({
    name: `scene: ${format}`,
    files,
    read: async (tree) => {
      // Blender images are square.
      const codec = format === 'Blender' ? plainImages(16, 16) : images;
      const { splits, points, ...rest } = await openScene('scene', { files: memoryFiles(tree), images: codec });
      return {
        ...rest,
        points: points?.length,
        views: Object.values(splits)
          .flat()
          .map(({ rgba, ...view }) => [rgba.length, view]),
      };
    },
  }));
}

function bytes(name: string, seed: Uint8Array, read: (file: Uint8Array<ArrayBuffer>) => Promise<unknown>): Target {
  return { name, files: new Map([['file', seed]]), read: (files) => read(files.get('file') as Uint8Array<ArrayBuffer>) };
}

function words(name: string, seed: string, read: (content: string) => unknown): Target {
  return bytes(name, new TextEncoder().encode(seed), async (file) => read(new TextDecoder().decode(file)));
}

function inMemory(name: string, path: string, seed: Uint8Array, read: (files: Files) => Promise<unknown>): Target {
  return { name, files: new Map([[path, seed]]), read: (files) => read(memoryFiles(files)) };
}

/** What is no JSON at all is the caller's business. */
function text(name: string, seed: string, read: (content: string) => unknown): Target {
  return bytes(name, new TextEncoder().encode(seed), async (file) => {
    const content = new TextDecoder().decode(file);
    try {
      JSON.parse(content);
    } catch {
      return 'no JSON';
    }
    return read(content);
  });
}

function onDisk(name: string, file: string, seed: Uint8Array, scratch: string, read: (path: string) => Promise<unknown>): Target {
  return bytes(name, seed, async (content) => {
    await nodeFiles.writeAtomic(`${scratch}/${file}`, [content]);
    return read(`${scratch}/${file}`);
  });
}

async function readTensors(file: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const { names, read, readOccupancy, state } = await decodeCheckpoint(file, 'checkpoint');
  const sums: Record<string, number> = {};
  for (const name of names) sums[name] = (await read(name)).reduce((sum, value) => sum + value, 0);
  return { state, sums, occupied: (await readOccupancy()).reduce((sum, value) => sum + value, 0) };
}

function headOf(checkpoint: Uint8Array<ArrayBuffer>): Uint8Array {
  return new TextEncoder().encode(decodeSafetensors(checkpoint, 'checkpoint').metadata.head);
}

/** The checkpoint with another head, and the checksum that belongs to it. */
async function sealed(checkpoint: Uint8Array<ArrayBuffer>, head: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata, tensors } = decodeSafetensors(checkpoint, 'checkpoint');
  const changed = { ...metadata, head: new TextDecoder().decode(head) };
  const sha256 = await checksum(changed, tensors);
  return new Uint8Array(Buffer.concat(encodeSafetensors({ metadata: { ...changed, sha256 }, tensors })));
}

const readBaked = async (file: Uint8Array<ArrayBuffer>): Promise<unknown> => {
  const { read, spec, about } = await decodeScene(file, 'scene.spikeray');
  const sums: Record<string, number> = {};
  for (const name of renderingTensors(spec)) sums[name] = (await read(name)).reduce((sum, value) => sum + value, 0);
  return { spec, about, sums };
};

const unpacked = (baked: Uint8Array): Uint8Array => gunzipSync(baked.subarray(PRELUDE_BYTES));

function packedAnew(baked: Uint8Array<ArrayBuffer>, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([baked.subarray(0, PRELUDE_BYTES), gzipSync(content, { level: 1 })]));
}
