/** The server's JSON API, as the pages see it. */
import type { BrokenRun, RunSummary } from '../src/server/find-runs.ts';
import type { RunDetails } from '../src/server/run-routes.ts';
import type { StepMetrics } from '../src/base/events.ts';

export type { BrokenRun, RunDetails, RunSummary, StepMetrics };

/** The server answered, but not with what was asked for. */
export class Refusal extends Error {
  readonly fix: string | null;
  private readonly status: number;

  constructor(message: string, fix: string | null, status: number) {
    super(message);
    this.fix = fix;
    this.status = status;
  }

  /** It may be answered a little later. */
  get temporary(): boolean {
    return this.status === 503;
  }

  /** The server failed, and may do so no more: nothing is wrong with what was asked, and nobody has to mend anything first. */
  get isFailure(): boolean {
    return this.temporary || (this.status >= 500 && this.fix === null);
  }
}

/** No server answers. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server does not answer', { cause });
  }
}

/** Browsers say with a TypeError that a server cannot be reached, or that the connection broke. Anything else keeps its own name. */
export async function reachable<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw error instanceof TypeError ? new Unreachable(error) : error;
  });
}

export interface Question {
  /** Sent as the body of a POST. */
  readonly json?: unknown;
  readonly signal?: AbortSignal;
}

/** Throws Refusal where the server says why not, and Unreachable where none answers. */
export async function ask(path: string, { json, signal }: Question = {}): Promise<Response> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) };
  const response = await reachable(fetch(path, { ...(json === undefined ? {} : post), signal }));
  if (!response.ok) throw await refusalOf(response);
  return response;
}

export async function getJson<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => null)) as { error?: { message: string; fix: string | null } } | null;
  return new Refusal(body?.error?.message ?? `The server answered ${response.status}.`, body?.error?.fix ?? null, response.status);
}

export const listRuns = async (): Promise<readonly (RunSummary | BrokenRun)[]> =>
  (await getJson<{ runs: (RunSummary | BrokenRun)[] }>('api/runs')).runs;
export const readRun = (id: string): Promise<RunDetails> => getJson(`api/runs/${encodeURIComponent(id)}`);
/** The run's field, baked. */
export async function readScene(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await ask(`api/runs/${encodeURIComponent(id)}/scene`);
  return new Uint8Array(await reachable(response.arrayBuffer()));
}
export const photoPath = (id: string, split: string, index: number, width?: number): string =>
  `api/runs/${encodeURIComponent(id)}/photos/${split}/${index}${width === undefined ? '' : `?width=${width}`}`;
export const filePath = (id: string, path: string): string =>
  `runs/${encodeURIComponent(id)}/${path.split('/').map(encodeURIComponent).join('/')}`;
