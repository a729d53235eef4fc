/** The page's workers: one at a desk, which keeps what it looked at in memory, and one of its own for whatever takes long. */
import { OUT } from '../../src/page/page-files.ts';
import { byId } from '../elements.ts';
import { StudioClient } from './studio-client.ts';
import type { RequestName, Requests, StudioEvent } from './studio-messages.ts';

/** What an ended worker was asked, and nobody waits for any more. */
export const GIVEN_UP = new Error('It was given up.');

/** Folder of what this tab has not finished yet: others leave it alone as long as the tab is open. */
export const TAB = `${OUT}/${Date.now()}-${Math.random().toString(36).slice(2)}`;

/** Where it is said what is going on. */
export const status = byId('status');

let desk = newWorker();

/** @param hear takes what happens meanwhile, besides the progress that is shown */
export function newWorker(hear: (event: StudioEvent) => void = () => undefined): StudioClient {
  return new StudioClient(TAB, (event) => {
    hear(event);
    showProgress(event);
  });
}

/** A worker that has failed has a successor. */
export function ask<N extends RequestName>(name: N, asked: Requests[N]['asked']): Promise<Requests[N]['answer']> {
  if (desk.isOver) desk = newWorker();
  return desk.ask(name, asked);
}

/** What it holds in memory goes. */
export function restartDesk(): void {
  desk.end(GIVEN_UP);
  desk = newWorker();
}

/** In a worker of its own, whose memory is free again when it ends. */
export async function once<N extends RequestName>(
  name: N,
  asked: Requests[N]['asked'],
  hear: (event: StudioEvent, worker: StudioClient) => void = () => undefined,
): Promise<Requests[N]['answer']> {
  const worker = newWorker((event) => {
    hear(event, worker);
  });
  try {
    return await worker.ask(name, asked);
  } finally {
    worker.end(GIVEN_UP);
  }
}

function showProgress(event: StudioEvent): void {
  if (event.type !== 'progress') return;
  const { event: told } = event;
  if (told.type === 'view') status.textContent = `${told.text}: ${told.done} of ${told.total}`;
  else if (told.type === 'note') status.textContent = told.text;
}
