/**
 * Who may use the server. Names: a page from elsewhere can make a browser send requests here under a name of its own (DNS rebinding), so that only
 * known names are answered; addresses in digits need no name server and are safe. Token: whoever opens the printed address gets a cookie, all
 * others are refused.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import type { RequestHandler } from 'express';
import { HttpError } from './http-error.ts';

/** Names under which this machine alone can be reached. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]', '::1'];
/** All addresses of this machine. */
const EVERYWHERE = ['0.0.0.0', '::', '[::]'];

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

const COOKIE = 'spikeray-token';

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/**
 * @param host the address that is listened on
 * @param names further ones under which the server may be asked
 */
export function refuseOtherNames(host: string, names: readonly string[]): RequestHandler {
  const own = isLoopback(host) ? [] : [hostname(), ...(EVERYWHERE.includes(host) ? [] : [host])];
  const known = new Set([...LOOPBACK, ...own, ...names].map((name) => name.toLowerCase()));
  return (request, _, next) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!known.has(name) && !(!isLoopback(host) && ADDRESS.test(name)))
      throw new HttpError(
        403,
        `This server does not answer to the name ${JSON.stringify(name)}.`,
        isLoopback(host)
          ? 'Open it as http://localhost, or start it with --host.'
          : 'Start it with --allow-name, or open it by its address.',
      );
    next();
  };
}

/** Asks for the token once, in the address (?token=…); a cookie keeps it. */
export function askForToken(token: string): RequestHandler {
  const right = (given: unknown): boolean => typeof given === 'string' && timingSafeEqual(digest(given), digest(token));
  return (request, response, next) => {
    if (right(cookieOf(request.headers.cookie))) {
      next();
      return;
    }
    if (!right(request.query.token))
      throw new HttpError(401, 'This server asks for a token.', 'Open the whole address that `spikeray serve` printed.');
    response.setHeader('Set-Cookie', `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`);
    next();
  };
}

function cookieOf(header: string | undefined): string | undefined {
  const found = header?.split(';').find((part) => part.trim().startsWith(`${COOKIE}=`));
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found.trim().slice(COOKIE.length + 1));
  } catch {
    // Not of this server's making.
    return undefined;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
