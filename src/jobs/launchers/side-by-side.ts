/** How many processes one machine runs side by side: as many as its cores and memory allow, the cores shared evenly. */

/** Processes of one kind that wait. */
export interface Crowd {
  readonly count: number;
  /** At a time, as somebody asked. */
  readonly parallel?: number;
  /** Memory of the largest; null: unknown. */
  readonly bytes: number | null;
  /** They compute on cores. Else each is on a GPU, or takes all cores, and has that for itself unless more at a time are asked for. */
  readonly onCores: boolean;
  /** Threads that each was told to take; null: as many as it is given. */
  readonly threads: number | null;
}

export interface SideBySide {
  readonly slots: number;
  /** To be given to each; null: nothing is. */
  readonly threads: number | null;
}

export function sideBySide(cores: number, memory: number, { count, parallel, bytes, onCores, threads }: Crowd): SideBySide {
  const room = bytes === null ? Infinity : Math.floor(memory / Math.max(1, bytes));
  const usual = onCores ? Math.floor(cores / (threads ?? 1)) : 1;
  const slots = Math.max(1, Math.min(count, parallel ?? usual, room));
  return { slots, threads: onCores && threads === null ? Math.max(1, Math.floor(cores / slots)) : null };
}
