/** This machine, under Node, as training asks for it. */
import { resolve } from 'node:path';
import type { Machine } from '../jobs/machine.ts';
import { reportProblems, viewsOf } from '../jobs/run-scenes.ts';
import { resumeCommand } from '../jobs/train-into.ts';
import { availableMemory } from './available-memory.ts';
import { holderOf, lockFolder } from './lock-folder.ts';
import { nodeFiles } from './node-files.ts';
import { heldOutViews, openSceneFor } from './node-scenes.ts';
import { startBackend } from './start-backend.ts';

export const nodeMachine: Machine = {
  files: nodeFiles,
  runtime: process.version,
  lockFolder,
  holderOf,
  absolute: (path) => resolve(path),
  toGoOn: (folder) => `To go on: ${resumeCommand(folder)}`,
  openTrainingScene: async ({ path, format, frame }, settings, report) => {
    const scene = await openSceneFor(path, settings, { splits: ['train'], format, frame }, report);
    viewsOf(scene, 'train', path);
    reportProblems(scene, report);
    return scene;
  },
  openHeldOutViews: (run, checkpoint, split, report) => heldOutViews(run, checkpoint, {}, split, report),
  startBackend,
  availableMemory,
  // Kilobytes, also where the system counts bytes.
  peakMemory: () => process.resourceUsage().maxRSS * 1024,
  seconds: () => performance.now() / 1000,
};
