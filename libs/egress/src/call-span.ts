import { Readable } from 'node:stream';
import { inSpan, isTracing, type SpanAbout, type SpanEnd } from '#libs/observability';
import { type Answer, type Call, type WholeAnswer } from './call.js';

const FIRST_ERROR_STATUS = 400;

/**
 * Sends a call within a span, which ends when all of the answer is there. A call that carries a trace context carries the span's
 * instead: the host goes on with it.
 */
export function inCallSpan<A extends Answer | WholeAnswer>(call: Call, send: (call: Call) => Promise<A>): Promise<A> {
  if (!isTracing()) return send(call);
  const carried = call.headers?.['traceparent'];
  return inSpan(
    () => aboutCall(call),
    carried ?? null,
    (traceparent) => {
      const goesOn = carried !== undefined && traceparent !== null;
      return send(goesOn ? { ...call, headers: { ...call.headers, traceparent } } : call);
    },
    endOf,
  );
}

/** With the origin alone of the URL: user, path and query may be secrets, as the whole address of a webhook is one. */
function aboutCall({ method, url }: Call): SpanAbout {
  const attributes = { 'http.request.method': method };
  if (!URL.canParse(url)) return { name: method, kind: 'client', attributes };
  const { protocol, hostname, port, origin } = new URL(url);
  const standard = protocol === 'https:' ? 443 : 80;
  const server = { 'server.address': hostname, 'server.port': port === '' ? standard : Number(port) };
  return { name: method, kind: 'client', attributes: { ...attributes, ...server, 'url.full': origin } };
}

async function endOf({ status, body }: Answer | WholeAnswer): Promise<SpanEnd> {
  const broken = body instanceof Readable ? await errorOf(body) : null;
  const attributes = { 'http.response.status_code': status };
  if (status >= FIRST_ERROR_STATUS) return { attributes, error: String(status) };
  return broken === null ? { attributes } : { attributes, error: broken.name };
}

/** What a body has broken with, when it is over; null when it was read to its end, or nobody wanted the rest. */
async function errorOf(body: Readable): Promise<Error | null> {
  if (!body.closed) await new Promise((resolve) => body.once('close', resolve));
  return body.errored;
}
