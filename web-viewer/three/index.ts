/** The public API for three.js scenes: `import { SpikingField } from 'spikeray/three'`. */
export { SpikingField, type SpikingFieldEvents, type SpikingFieldOptions } from './spiking-field.ts';
