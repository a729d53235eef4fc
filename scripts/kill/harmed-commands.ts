/** The commands that are harmed, and what of their results can be compared. */
import { join } from 'node:path';

/** A field that is trained in a second. */
export const SETTINGS = [
  'coarse.steps=30',
  'coarse.rays=64',
  'coarse.voxels=4000',
  'fine.steps=40',
  'fine.rays=64',
  'fine.voxels=8000',
  'fine.scaleAt=[]',
  'network.width=16',
].flatMap((setting) => ['--set', setting]);

export interface Harmed {
  readonly name: string;
  readonly args: (run: string, scene: string) => readonly string[];
  /** What it writes, below the run. */
  readonly results: string;
  /** Results come one by one and are gone on with: parts of them may be there. */
  readonly grows: boolean;
  /** Whether it writes to where the run lies. */
  readonly fillsDisk: boolean;
  /** What is asked of a command that is a server, which is ended then. */
  readonly asks?: string;
}

const WRITES = { grows: false, fillsDisk: true } as const;

export const HARMED: readonly Harmed[] = [
  { ...WRITES, name: 'eval', args: (run) => ['eval', run], results: 'eval' },
  { ...WRITES, name: 'render', args: (run) => ['render', run, '--frames', '6', '--size', '48x48'], results: 'render' },
  { ...WRITES, name: 'energy', args: (run) => ['energy', run, '--format', 'json,csv'], results: 'report' },
  { ...WRITES, name: 'nir', args: (run) => ['export', run, '--force'], results: 'export' },
  { ...WRITES, name: 'web', args: (run) => ['export', run, '--format', 'web', '--force'], results: 'export' },
  { ...WRITES, name: 'html', args: (run) => ['export', run, '--format', 'html', '--force'], results: 'export' },
  { name: 'bake', args: (run) => ['serve', run, '--port', '0'], results: 'export', asks: 'scene', grows: false, fillsDisk: false },
  {
    name: 'compare',
    args: (run, scene) => ['compare', scene, '--neurons', 'lif,ann', '--out', join(run, 'compared'), ...SETTINGS],
    results: 'compared',
    grows: true,
    fillsDisk: true,
  },
];
