/** The kernels' entry points and the state that TypeScript sets. */
export * from './state';
export { placeScratch, scratchBytes } from './scratch';
export {
  inputRangeBrickLanes, inputRangeFactorLanes, inputRangeLanes, marchBrickLanes, marchFactorLanes, marchLanes, trainBrickLanes, trainFactorLanes, trainLanes,
} from './train';
export { applyBricks, applyGradients, reduceNetwork, transposeWeights, updateBricks, updateNetwork, updateStep } from './update';
export { scatter, scatterBricks, scatterBricksVaried, scatterVaried, writeBrickGradients, writeDenseGradients } from './grid-gradients';
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
