/**
 * Many pictures, one machine: jobs take turns of some tens of milliseconds. Clients come in rotation, however many pictures each of them wants;
 * a new job of the same client and layer replaces the one before, whose picture nobody waits for any more. A job that is not ready (its client
 * reads slowly) is passed over.
 */

export interface Job {
  /** Whether a turn may come; who makes it true again calls `wake`. */
  ready(): boolean;
  /** One turn; true when the job is finished. */
  turn(): Promise<boolean>;
  /** The job was replaced or given up: no turn comes any more. */
  dropped(): void;
}

export class RenderQueue {
  /** By client, then by layer. The first client's first job has the next turn. */
  private readonly clients = new Map<string, Map<string, Job>>();
  private waking: (() => void)[] = [];

  /** How many jobs wait. */
  get length(): number {
    return [...this.clients.values()].reduce((sum, layers) => sum + layers.size, 0);
  }

  add(client: string, layer: string, job: Job): void {
    const layers = this.clients.get(client) ?? new Map<string, Job>();
    const before = layers.get(layer);
    layers.set(layer, job);
    this.clients.set(client, layers);
    before?.dropped();
    this.wake();
  }

  /** A job became ready. */
  wake(): void {
    for (const wake of this.waking.splice(0)) wake();
  }

  /** Gives a job up, if it still waits. */
  remove(client: string, layer: string, job: Job): void {
    const layers = this.clients.get(client);
    if (layers?.get(layer) !== job) return;
    layers.delete(layer);
    if (layers.size === 0) this.clients.delete(client);
    job.dropped();
  }

  /** Gives all jobs up. */
  clear(): void {
    const jobs = [...this.clients.values()].flatMap((layers) => [...layers.values()]);
    this.clients.clear();
    for (const job of jobs) job.dropped();
  }

  /** Lets the next job that is ready have a turn. False if there was none. */
  async turn(): Promise<boolean> {
    const next = this.next();
    if (next === null) return false;
    const { client, layers, layer, job } = next;
    this.clients.delete(client);
    this.clients.set(client, layers);
    layers.delete(layer);
    layers.set(layer, job);
    if ((await job.turn()) && layers.get(layer) === job) {
      layers.delete(layer);
      if (layers.size === 0) this.clients.delete(client);
    }
    return true;
  }

  /** Resolves when a job is ready. */
  async filled(): Promise<void> {
    while (this.next() === null) await new Promise<void>((resolve) => this.waking.push(resolve));
  }

  private next(): { client: string; layers: Map<string, Job>; layer: string; job: Job } | null {
    for (const [client, layers] of this.clients) for (const [layer, job] of layers) if (job.ready()) return { client, layers, layer, job };
    return null;
  }

  /**
   * Gives turns for as long as the process lives.
   *
   * @param others has all else done that waits; called after each turn with the milliseconds that it took
   */
  async drive(others: (milliseconds: number) => Promise<void>): Promise<never> {
    for (;;) {
      await this.filled();
      const began = performance.now();
      await this.turn();
      await others(performance.now() - began);
    }
  }
}
