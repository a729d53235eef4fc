/** The server's JSON API, as the pages see it. */
import type { BrokenRun, RunSummary } from '../src/server/find-runs.ts';
import type { RunDetails } from '../src/server/run-routes.ts';
import type { StepMetrics } from '../src/base/events.ts';

export type { BrokenRun, RunDetails, RunSummary, StepMetrics };

/** The server answered, but not with what was asked for. */
export class Refusal extends Error {
  readonly fix: string | null;
  /** It may be answered a little later. */
  readonly temporary: boolean;

  constructor(message: string, fix: string | null, temporary: boolean) {
    super(message);
    this.fix = fix;
    this.temporary = temporary;
  }
}

/** Throws Refusal where the server says why not, and TypeError where no server answers. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as T;
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => null)) as { error?: { message: string; fix: string | null } } | null;
  return new Refusal(body?.error?.message ?? `The server answered ${response.status}.`, body?.error?.fix ?? null, response.status === 503);
}

export const listRuns = async (): Promise<readonly (RunSummary | BrokenRun)[]> =>
  (await getJson<{ runs: (RunSummary | BrokenRun)[] }>('api/runs')).runs;
export const readRun = (id: string): Promise<RunDetails> => getJson(`api/runs/${encodeURIComponent(id)}`);
/** The run's field, baked. */
export async function readScene(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`api/runs/${encodeURIComponent(id)}/scene`);
  if (!response.ok) throw await refusalOf(response);
  return new Uint8Array(await response.arrayBuffer());
}
export const photoPath = (id: string, split: string, index: number, width?: number): string =>
  `api/runs/${encodeURIComponent(id)}/photos/${split}/${index}${width === undefined ? '' : `?width=${width}`}`;
export const filePath = (id: string, path: string): string =>
  `runs/${encodeURIComponent(id)}/${path.split('/').map(encodeURIComponent).join('/')}`;
