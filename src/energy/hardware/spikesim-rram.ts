/**
 * Crossbars of 64 x 64 RRAM cells as SpikeSim models them, the accelerator that SpikingNeRF evaluates on. Energy of a crossbar working off one
 * time step, picojoules, for a fully connected layer (kernel 1):
 *
 *     157.12 H-tree + 4.64 fetch + 5.096 neuron + 8 (1.76423 array + 8 (2.03084 ADC + 0.094245 mux)) + 8 * 16 * 1.15e-6 subtractor
 *     + 8 * 0.2 buffer + 397 tile buffer = 715.575
 */
import type { CrossbarModel } from './hardware-model.ts';

const ARRAY = 1.76423 + 8 * (2.03084 + 0.094245);

export const spikesimRram: CrossbarModel = {
  kind: 'crossbar',
  name: 'spikesim-rram',
  title: 'SpikeSim, RRAM crossbars of 64 x 64',
  source:
    'A. Moitra et al., "SpikeSim: an end-to-end compute-in-memory hardware evaluation tool for benchmarking spiking neural networks", 2022; figures and formula of its public program (ela_spikesim.py). Not calibrated against the tables of SpikingNeRF, whose own SpikeSim module is not public',
  year: 2022,
  node: '65 nm (not verified)',
  leavesOut: [
    'digital coding of the real-valued inputs of layer 1',
    'traffic between tiles and to the host',
    'leakage',
    'programming of the cells',
    'the renderer around the network',
  ],
  crossbar: { size: 64, clockMegahertz: 250, clocksPerCycle: 26 },
  picojoules: { crossbarCycle: 157.12 + 4.64 + 5.096 + 8 * ARRAY + 8 * 16 * 1.15e-6 + 8 * 0.2 + 397 },
};
