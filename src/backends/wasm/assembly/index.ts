/** The kernels' entry points and the state that TypeScript sets. */
export * from './state';
export { scratchBytes } from './scratch';
export { marchLanes, inputRangeLanes, trainLanes } from './train';
export {
  applyGradients, reduceNetwork, scatter, scatterVaried, transposeWeights, updateNetwork, updateStep, updateVoxels, writeDenseGradients,
} from './update';
export { renderBlocks } from './render';
export { buildLeapMap } from './occupancy';
export { addOuterProducts, multiply } from './matrix';
export { addToActiveRows, sumActiveRows } from './spikes';
export * from './neurons/generated';
