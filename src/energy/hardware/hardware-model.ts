/**
 * What a hardware model is: energies of elementary events, with where they come from and what they leave out. Plain data, so that a user's JSON
 * file is the same thing as a built-in model. All energies are picojoules and finite; nothing is guessed for what a source does not give.
 *
 *     operations   a price for every multiplication and addition, and optionally for every byte of memory traffic
 *     crossbar     compute-in-memory: every time step costs the same, whether a neuron fires or not
 *     events       event-driven neuromorphic chip: a price for every synaptic operation, neuron update and spike
 */
import { z } from 'zod';

const energy = z.number().nonnegative();
const positive = z.number().positive();

const about = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected lower-case letters, digits, "." and "-"')
    .describe('what --hardware calls it'),
  title: z.string().min(1),
  source: z.string().min(1).describe('publication and place of the figures, and how far they were verified'),
  year: z.number().int().min(1950).max(2100),
  node: z.string().min(1).describe('technology, e.g. "45 nm, 0.9 V"'),
  leavesOut: z.array(z.string().min(1)).min(1).describe('what the figures do not cover'),
};

const operationsSchema = z.strictObject({
  kind: z.literal('operations'),
  ...about,
  picojoules: z.strictObject({
    mac: energy.describe('multiply-accumulate'),
    ac: energy.describe('addition of a weight for a spike'),
    multiplication: energy,
    addition: energy,
    comparison: energy,
    specialFunction: energy.nullable().describe('exp, log, sine, ...; null: not priced'),
  }),
  /** null: arithmetic alone. Energies a byte. */
  memory: z
    .strictObject({
      bytesPerValue: z.number().int().min(1).max(8),
      sramRead: energy.describe('weights, inputs, partial sums and membranes'),
      sramWrite: energy,
      dramRead: energy.describe('grids'),
    })
    .nullable(),
});

const crossbarSchema = z.strictObject({
  kind: z.literal('crossbar'),
  ...about,
  crossbar: z.strictObject({
    /** Rows and columns. */
    size: z.number().int().min(1),
    clockMegahertz: positive,
    /** Clocks for one crossbar to work off its inputs of one time step. */
    clocksPerCycle: positive,
  }),
  picojoules: z.strictObject({
    /** A crossbar working off one time step, periphery included. */
    crossbarCycle: energy,
  }),
});

const eventsSchema = z.strictObject({
  kind: z.literal('events'),
  ...about,
  macNode: z
    .string()
    .min(1)
    .optional()
    .describe('technology of the multiply-accumulates beside the chip, where it is not that of the chip'),
  picojoules: z.strictObject({
    synapticOperation: energy.describe('a spike meeting a weight'),
    neuronUpdateActive: energy.describe('update of a neuron that fires'),
    neuronUpdateInactive: energy.describe('update of a neuron that does not'),
    spike: energy.describe('sending a spike'),
    mac: energy.describe('a multiply-accumulate with a real-valued input, done beside the spiking part'),
  }),
});

export const hardwareSchema = z.discriminatedUnion('kind', [operationsSchema, crossbarSchema, eventsSchema]);

export type OperationsModel = z.infer<typeof operationsSchema>;
export type CrossbarModel = z.infer<typeof crossbarSchema>;
export type EventsModel = z.infer<typeof eventsSchema>;
export type HardwareModel = z.infer<typeof hardwareSchema>;

/**
 * Spikes and the ANN twin are priced in different technologies: "14 nm (chip) against 45 nm, 0.9 V"; null: in the same, so that their share says what
 * spikes save.
 */
export function unlikeTechnology(model: HardwareModel): string | null {
  if (model.kind !== 'events' || model.macNode === undefined || model.macNode === model.node) return null;
  return `spikes ${model.node}, twin ${model.macNode}`;
}
