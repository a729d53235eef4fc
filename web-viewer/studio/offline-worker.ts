/**
 * The page's service worker: keeps the studio's files, so that a page that was opened once opens again without network. What stands before it
 * (src/node/studio-files.ts) says which files, and has other bytes where one of them has: then the browser fetches all of them anew, and they take
 * the place of those before once no page needs these. Files under assets/ have a hash of their content in their name: what is kept is what the
 * host has. All others come from the host as long as it answers, and not a proxy in its place, so that the page is always the newest.
 */

declare const KEPT: {
  /** A hash of all files. */
  readonly version: string;
  /** Addresses from this script on. */
  readonly files: readonly string[];
};

/** What the DOM's types leave out. */
interface WorkerEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Clients {
  claim(): Promise<void>;
}
const { clients } = globalThis as unknown as { readonly clients: Clients };

// Studios in other folders of this host keep theirs in the same place. A path has no space: none of these begins another.
const PREFIX = `spikeray-studio ${new URL('./', location.href).pathname} `;
const NAME = PREFIX + KEPT.version;
const addresses = new Set(KEPT.files.map((file) => new URL(file, location.href).href));

const ASSETS = new URL('assets/', location.href).href;
const isHashed = (address: string): boolean => address.startsWith(ASSETS);

async function keepAll(): Promise<void> {
  const cache = await caches.open(NAME);
  const keep = async (address: string): Promise<void> => {
    const answer = await fetch(address, { cache: isHashed(address) ? 'default' : 'no-cache' });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    // Browsers refuse a page that came by a detour.
    await cache.put(address, answer.redirected ? new Response(await answer.blob(), { headers: answer.headers }) : answer);
  };
  try {
    await Promise.all([...addresses].map(keep));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

async function dropOthers(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(others.map((name) => caches.delete(name)));
  // The page that brought this worker may need more of its files, without network.
  await clients.claim();
}

async function answerTo(request: Request, address: string): Promise<Response> {
  const kept = (): Promise<Response | undefined> => caches.match(address, { cacheName: NAME, ignoreVary: true });
  if (isHashed(address)) return (await kept()) ?? fetch(request);
  try {
    const answer = await fetch(request);
    if (answer.status >= 500) throw new Error(`${address}: ${answer.status}`);
    return answer;
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

addEventListener('install', (event) => {
  (event as WorkerEvent).waitUntil(keepAll());
});

addEventListener('activate', (event) => {
  (event as WorkerEvent).waitUntil(dropOthers());
});

addEventListener('fetch', (event) => {
  const fetching = event as FetchEvent;
  const { request } = fetching;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (request.method === 'GET' && addresses.has(address)) fetching.respondWith(answerTo(request, address));
});

export {};
