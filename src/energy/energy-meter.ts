/** Energy that this machine itself can measure. The core only asks; the command line knows where to read (Linux RAPL). */
export interface EnergyMeter {
  /** What is measured, in words: "RAPL, package-0 + dram". */
  readonly description: string;
  /** Starts a measurement; the function that comes back gives the joules used since. */
  start(): Promise<() => Promise<number>>;
}

/** A meter, or why there is none. */
export type EnergyMeterStatus = { readonly meter: EnergyMeter; readonly reason: null } | { readonly meter: null; readonly reason: string };
