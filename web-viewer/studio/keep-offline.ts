/** Has the browser keep the page itself, so that it opens again without network (offline-worker.ts). */

/** Says whether it does; nothing where the browser keeps no pages: they came over http from elsewhere, or its window is a private one. */
export async function keepOffline(): Promise<string> {
  if (!('serviceWorker' in navigator)) return '';
  try {
    const registration = await navigator.serviceWorker.register('./offline.js');
    const coming = registration.installing ?? registration.waiting;
    // One that is there already goes on until no page needs it.
    if (registration.active === null && coming !== null) await settled(coming);
    if (registration.active !== null) return 'This page is kept in the browser: it opens without network, too.';
    throw new Error('not all of its files could be kept');
  } catch (error) {
    return `This page opens with network alone: ${(error as Error).message}`;
  }
}

function settled(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve();
    };
    worker.addEventListener('statechange', look);
    look();
  });
}
