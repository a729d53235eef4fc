/** ODIN as an event-driven chip: the layers behind spikes on the chip, real-valued products beside it, as with Loihi. */
import type { EventsModel } from './hardware-model.ts';

export const odin: EventsModel = {
  kind: 'events',
  name: 'odin-2019',
  title: 'ODIN, per synaptic operation',
  source:
    'C. Frenkel et al., "A 0.086-mm2 12.7-pJ/SOP 64k-synapse 256-neuron online-learning digital spiking neuromorphic processor in 28-nm CMOS", IEEE TBioCAS 13(1), 2019, title and abstract: at least 12.7 pJ a synaptic operation, measured; real-valued MAC: Horowitz 2014, 45 nm fp32',
  year: 2019,
  node: '28 nm FDSOI',
  macNode: '45 nm, 0.9 V',
  leavesOut: [
    'updates of neurons and sending of spikes, for which the abstract has no price of their own',
    'more than 256 neurons: the chip has one core',
    'weights of more than 4 bits',
    'input and output of the chip',
    'the renderer around the network',
  ],
  picojoules: { synapticOperation: 12.7, neuronUpdateActive: 0, neuronUpdateInactive: 0, spike: 0, mac: 4.6 },
};
