import { beginSpan, isTracing, type SpanAbout } from '#libs/observability';
import { type Answer, type Call } from './call.js';

/** What a span tells of an answer. */
type Answered = Pick<Answer, 'status'>;

const FIRST_ERROR_STATUS = 400;

/** Sends a call within a span. A call that carries a trace context carries the span's instead: the host goes on with it. */
export async function sendInSpan<A extends Answered>(call: Call, send: (call: Call) => Promise<A>): Promise<A> {
  if (!isTracing()) return send(call);
  const carried = call.headers?.['traceparent'];
  const span = beginSpan(() => aboutCall(call), carried ?? null);
  const { traceparent } = span;
  const goesOn = carried !== undefined && traceparent !== null;
  try {
    const answer = await send(goesOn ? { ...call, headers: { ...call.headers, traceparent } } : call);
    const { status } = answer;
    const attributes = { 'http.response.status_code': status };
    span.end(status < FIRST_ERROR_STATUS ? { attributes } : { attributes, error: String(status) });
    return answer;
  } catch (error) {
    span.end({ error: error instanceof Error ? error.name : 'error' });
    throw error;
  }
}

/** Without user, query and fragment of the URL, which may be secrets. */
function aboutCall({ method, url }: Call): SpanAbout {
  const attributes = { 'http.request.method': method };
  if (!URL.canParse(String(url))) return { name: method, kind: 'client', attributes };
  const { protocol, hostname, port, origin, pathname } = new URL(url);
  const standard = protocol === 'https:' ? 443 : 80;
  const server = { 'server.address': hostname, 'server.port': port === '' ? standard : Number(port) };
  return {
    ...{ name: method, kind: 'client' },
    attributes: { ...attributes, ...server, 'url.full': `${origin}${pathname}` },
  };
}
