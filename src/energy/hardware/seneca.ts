/** SENECA as an event-driven chip: the layers behind spikes on the chip, real-valued products beside it, as with Loihi. */
import type { EventsModel } from './hardware-model.ts';

export const seneca: EventsModel = {
  kind: 'events',
  name: 'seneca-2023',
  title: 'SENECA, per synaptic operation',
  source:
    'G. Tang et al., "SENECA: building a fully digital neuromorphic processor, design trade-offs and challenges", Frontiers in Neuroscience 17, 2023, 1187252, abstract: around 2.8 pJ a synaptic operation (synthesised, not measured on silicon); real-valued MAC: Horowitz 2014, 45 nm fp32',
  year: 2023,
  node: '22 nm',
  macNode: '45 nm, 0.9 V',
  leavesOut: [
    'updates of neurons and sending of spikes, for which the abstract has no price of their own',
    'traffic between cores, memory outside of them',
    'input and output of the chip',
    'the renderer around the network',
  ],
  picojoules: { synapticOperation: 2.8, neuronUpdateActive: 0, neuronUpdateInactive: 0, spike: 0, mac: 4.6 },
};
