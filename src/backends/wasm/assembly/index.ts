/** The kernels' entry points and the state that TypeScript sets. */
export * from './state';
export { placeScratch, scratchBytes } from './scratch';
export {
  inputRangeBrickLanes, inputRangeFactorLanes, inputRangeLanes, marchBrickLanes, marchFactorLanes, marchLanes, trainBrickLanes, trainFactorLanes, trainLanes,
} from './train';
export {
  applyBricks, applyGradients, reduceNetwork, scatter, scatterBricks, scatterBricksVaried, scatterVaried, transposeWeights, updateBricks, updateNetwork,
  updateStep, writeBrickGradients, writeDenseGradients,
} from './update';
export { applyFactors, scatterFactors, takeFactorGradients, transposeBasis } from './factor-gradients';
export { renderBlocks, renderBrickBlocks, renderFactorBlocks } from './render';
export { densitiesToAlphas } from './alpha';
export { buildLeapMap } from './occupancy';
export { addOuterProducts, addTransposed, multiply } from './matrix';
export { addEntryProducts, listEntries, multiplyEntries } from './sparse-rows';
export { sumPatternRows } from './sign-groups';
export { addToActiveRows, sumActiveRows } from './spikes';
export { addKept, changesAreSparse, listChanges } from './row-changes';
export * from './neurons/generated';
