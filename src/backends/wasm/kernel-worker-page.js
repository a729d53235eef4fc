/** A worker thread in a page, which takes its start as the first message. */
import { runKernels } from './kernel-loop.js';

addEventListener(
  'message',
  ({ data }) => {
    runKernels(data, () => postMessage('ready'));
  },
  { once: true },
);
