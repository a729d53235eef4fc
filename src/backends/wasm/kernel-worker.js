/** A worker thread in Node. */
import { parentPort, workerData } from 'node:worker_threads';
import { runKernels } from './kernel-loop.js';

runKernels(workerData, () => parentPort?.postMessage('ready'));
