/**
 * Loihi as an event-driven chip: the layers behind spikes on the chip, the real-valued products of layer 1 beside it in conventional 32-bit
 * arithmetic, because Loihi has binary spikes only.
 */
import type { EventsModel } from './hardware-model.ts';

export const loihi2018: EventsModel = {
  kind: 'events',
  name: 'loihi-2018',
  title: 'Loihi, per event',
  source:
    'M. Davies et al., "Loihi: a neuromorphic manycore processor with on-chip learning", IEEE Micro 38(1), 2018, table 2 (pre-silicon simulation): synaptic operation 23.6 pJ (the stated minimum), neuron update 81 pJ active and 52 pJ inactive, spike within a tile 1.7 pJ; real-valued MAC: Horowitz 2014, 45 nm fp32',
  year: 2018,
  node: '14 nm',
  macNode: '45 nm, 0.9 V',
  leavesOut: [
    'hops of spikes between tiles',
    'input and output of the chip, the x86 cores, time-step barriers',
    'static power',
    'the limited precision of weights and potentials on the chip',
    'the renderer around the network',
  ],
  picojoules: { synapticOperation: 23.6, neuronUpdateActive: 81, neuronUpdateInactive: 52, spike: 1.7, mac: 4.6 },
};
