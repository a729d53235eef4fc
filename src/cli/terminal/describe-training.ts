/** What `train` and `resume` print at their end. */
import { clock, quoted } from '../../base/format.ts';
import { plannedSteps } from '../../config/planned-steps.ts';
import { resumeCommand, type Trained } from '../../jobs/train-into.ts';
import { INTERRUPTED } from './interrupt.ts';
import type { Result } from './run-action.ts';
import { writeNotice } from './terminal.ts';

/** The result of training as it stands; also for a run that had nothing left to do. */
export function describeTraining({ run, state, interrupted, checkpoint, latest }: Trained, { json }: { readonly json?: boolean }): Result {
  const { folder, record } = run;
  const planned = state.stage === 'fine' ? plannedSteps(record.config) : record.config.coarse.steps;
  const document = {
    run: folder,
    interrupted,
    stage: state.stage,
    step: state.step,
    plannedSteps: planned,
    seconds: state.seconds,
    rays: state.rays,
    samples: state.samples,
    trainPsnr: latest?.psnr ?? null,
    firingRates: latest?.firingRates ?? null,
    backend: record.backend.description,
    checkpoint,
    resume: interrupted ? resumeCommand(folder) : null,
  };
  if (interrupted && json === true) writeNotice(`interrupted; to go on: ${resumeCommand(folder)}`);
  const done = `${state.stage} step ${state.step} of ${planned} after ${clock(state.seconds)}`;
  const next = interrupted ? `interrupted; to go on: ${resumeCommand(folder)}` : `next: spikeray eval ${quoted(folder)}`;
  return { json: document, text: `${folder}: ${done}\n${next}\n`, exitCode: interrupted ? INTERRUPTED : 0 };
}
