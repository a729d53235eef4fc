/** A button whose work takes its time: it says how far it is, and stops it when pressed again. */
import { messageOf } from './messages.ts';

export interface Job {
  readonly signal: AbortSignal;
  /** Says how far it is, "12 of 40". */
  readonly tell: (progress: string) => void;
}

export class JobButton {
  private readonly button: HTMLButtonElement;
  private readonly text: string;
  private readonly work: (job: Job) => Promise<void>;
  private readonly problem: (text: string) => void;
  private running: AbortController | null = null;

  /** @param problem takes why it failed */
  constructor(button: HTMLButtonElement, work: (job: Job) => Promise<void>, problem: (text: string) => void) {
    this.button = button;
    this.text = button.textContent;
    this.work = work;
    this.problem = problem;
    button.addEventListener('click', () => {
      this.press();
    });
  }

  press(): void {
    if (this.running === null) void this.run();
    else this.running.abort();
  }

  private async run(): Promise<void> {
    const { signal } = (this.running = new AbortController());
    this.button.textContent = 'Stop';
    try {
      const tell = (progress: string): void => {
        this.button.textContent = `Stop (${progress})`;
      };
      await this.work({ signal, tell });
    } catch (error) {
      if (!signal.aborted) this.problem(`${this.text} failed: ${messageOf(error)}`);
    }
    this.running = null;
    this.button.textContent = this.text;
  }
}
