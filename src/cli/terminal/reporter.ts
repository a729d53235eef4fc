/**
 * Progress for people, on stderr: in a terminal one live line, elsewhere a plain line every ten seconds. Notes, warnings and stages are lines
 * of their own.
 */
import { createLogUpdate } from 'log-update';
import type { JobsProgress, ProgressEvent, Reporter, StepMetrics } from '../../base/events.ts';
import { visible } from '../../base/visible.ts';
import { byteSize, clock, percent, short } from '../../base/format.ts';
import { isInteractive, styled, writeNotice } from './terminal.ts';

/** Milliseconds between plain lines. */
const PLAIN_EVERY = 10_000;

export interface Verbosity {
  /** Warnings and errors only. */
  readonly quiet: boolean;
  /** Every event. */
  readonly verbose: boolean;
}

export interface TerminalReporter {
  readonly report: Reporter;
  /** Takes the live line away; to be called before anything else is printed. */
  finish(): void;
}

export interface ReporterOutput {
  /** Lines that stay. */
  readonly line: (text: string) => void;
  /** Replaces the live line; absent where there is no terminal. */
  readonly live?: (text: string) => void;
  readonly clear?: () => void;
  readonly now: () => number;
}

function terminalOutput(): ReporterOutput {
  const now = (): number => performance.now();
  if (!isInteractive()) return { line: writeNotice, now };
  const update = createLogUpdate(process.stderr);
  return { line: writeNotice, live: update, clear: update.clear, now };
}

export function createReporter({ quiet, verbose }: Verbosity, output: ReporterOutput = terminalOutput()): TerminalReporter {
  let lastPlain = -Infinity;
  const line = (text: string): void => {
    output.clear?.();
    output.line(text);
  };
  const progress = (text: string, important: boolean): void => {
    if (output.live !== undefined && !verbose) {
      output.live(text);
      return;
    }
    if (!verbose && !important && output.now() - lastPlain < PLAIN_EVERY) return;
    lastPlain = output.now();
    line(text);
  };
  const report = (event: ProgressEvent): void => {
    if (event.type === 'warning') line(`${styled('yellow', 'warning:')} ${visible(event.text)}`);
    if (quiet || event.type === 'warning') return;
    switch (event.type) {
      case 'note':
        line(visible(event.text));
        break;
      case 'stage':
        line(styled('bold', event.text));
        break;
      case 'checkpoint':
        line(`saved ${event.path} (${byteSize(event.bytes)})`);
        break;
      case 'step':
        progress(describeStep(event), event.step === event.steps);
        break;
      case 'jobs':
        progress(describeJobs(event, output.live === undefined ? 0 : SHOWN_JOBS), event.done + event.failed === event.total);
        break;
      case 'view':
        progress(`${event.done}/${event.total}  ${visible(event.text)}`, event.done === event.total);
        break;
    }
  };
  return { report, finish: () => output.clear?.() };
}

/** Running jobs that have a line of their own in a terminal. */
const SHOWN_JOBS = 16;

/** @param lines for running jobs at most */
function describeJobs({ done, failed, total, secondsLeft, running }: JobsProgress, lines: number): string {
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  const head = `${done} of ${total} runs done${failures}, ${running.length} running  ETA ${clock(secondsLeft)}`;
  const shown = running
    .slice(0, lines)
    .map(({ name, metrics }) => `  ${visible(name)}  ${metrics === null ? 'begins' : describeStep(metrics)}`);
  const more = lines > 0 && running.length > lines ? [`  and ${running.length - lines} more`] : [];
  return [head, ...shown, ...more].join('\n');
}

export function describeStep(metrics: StepMetrics): string {
  const { stage, step, steps, progress, secondsLeft, raysPerSecond, loss, psnr, firingRates, bits } = metrics;
  const parts = [
    `${stage} ${step}/${steps}`,
    percent(progress),
    `ETA ${clock(secondsLeft)}`,
    `${short(raysPerSecond)}rays/s`,
    `loss ${loss.toPrecision(3)}`,
    `PSNR ${psnr.toFixed(2)} dB`,
  ];
  if (firingRates !== null) parts.push(`firing ${firingRates.map(percent).join(' ')}`);
  const learned = bits === undefined ? [] : [...bits.weights, ...bits.spikes];
  if (learned.length > 0) parts.push(`bits ${learned.join(' ')}`);
  if (bits?.repeats !== undefined && bits.repeats.length > 0) parts.push(`time steps ${bits.repeats.join(' ')}`);
  return parts.join('  ');
}
