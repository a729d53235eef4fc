/** Answers to requests that cannot be served: a status and the error as JSON. */
import type { ErrorRequestHandler } from 'express';
import { SpikeRayError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';

export class HttpError extends SpikeRayError {
  readonly status: number;

  constructor(status: number, message: string, fix?: string) {
    super(message, fix);
    this.status = status;
  }
}

/** Bad input is the client's fault: 4xx. Anything else is reported here and told to the client without its inner parts. */
export function answerErrors(report: Reporter): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const known = error instanceof SpikeRayError || status < 500;
    if (status >= 500)
      report({ type: 'warning', text: `${request.method} ${request.path}: ${error instanceof Error ? error.message : String(error)}` });
    const message = known ? (error as Error).message : 'The server failed to answer.';
    const fix = error instanceof SpikeRayError ? error.fix : undefined;
    response.status(status).json({ error: { message, fix: fix ?? null } });
  };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof SpikeRayError) return error.exitCode === 2 ? 400 : 500;
  // express and its parsers put a status on what the client did wrong.
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
