import { type FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';

/** A page of another origin cannot send this without asking first, and nobody but streams gives it leave. */
export const OWN_PAGE_HEADER = 'leveret-dashboard';

const READING = ['GET', 'HEAD'];

/**
 * Sees that a change which is asked for with a cookie comes from a page of this gateway: browsers send cookies along for whoever
 * asks. `SameSite=Strict` says the same; this does not rely on it.
 * @throws Problem 403
 */
export function requireOwnPage(request: FastifyRequest, publicOrigin: string): void {
  if (READING.includes(request.method)) return;
  const { origin, host, [OWN_PAGE_HEADER]: header } = request.headers;
  if (header === undefined) throw new Problem(403, `Expected the header ${OWN_PAGE_HEADER} with a session.`);
  if (origin !== undefined && origin !== publicOrigin && hostOf(origin) !== host) {
    throw new Problem(403, 'A session is good for pages of this gateway alone.');
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
