/** `--set` options of a run that trains for seconds, and long enough that something can be seen. */
export const SMALL = [
  'coarse.steps=150',
  'coarse.rays=256',
  'coarse.voxels=30000',
  'fine.steps=120',
  'fine.rays=256',
  'fine.voxels=60000',
  'fine.scaleAt=20,40',
  'fine.occupancyFrom=50',
  'fine.occupancyEvery=50',
  'network.width=32',
].flatMap((setting) => ['--set', setting]);
