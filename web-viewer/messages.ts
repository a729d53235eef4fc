/** The line over the picture: what is wrong, what is being done, or nothing. */
import { byId } from './elements.ts';

/** @param problem null: there is none any more */
export function say(problem: string | null): void {
  byId('status').textContent = problem ?? '';
  byId('status').classList.toggle('problem', problem !== null);
}

/** What is being done; no problem. */
export function tell(doing: string): void {
  say(null);
  byId('status').textContent = doing;
}

/** An error as people read it: what it is, and how to mend it where that is known. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, fix } = error as Error & { readonly fix?: string | null };
  const named = error.constructor === Error || fix !== undefined || message.includes(' ') ? message : `${error.name}: ${message}`;
  return fix ? `${named.replace(/[.]?$/, '.')} ${fix}` : named;
}
