import { type Http } from '../http/http.js';
import { serverSentEvents, type ServerSentEvent } from './server-sent-events.js';
import { Vigil } from './vigil.js';

/** The gateway tells the current state at once. Something between that gathers what it passes on keeps it back. */
const FIRST_NEWS_MS = 3_000;
/** The gateway says at least every 15 s that it is there. */
const NEXT_NEWS_MS = 45_000;

/** The answer is no stream of events: something between the gateway and here has made something else of it. */
export class NoStreamError extends Error {
  override readonly name = 'NoStreamError';
}

/** Which stream is opened, and where it is gone on with. */
export interface StreamOf {
  readonly jobId: string;
  readonly watchToken: string | undefined;
  /** The id of the last event that was heard; empty: from the beginning. */
  readonly lastEventId: string;
}

/**
 * The events of `GET /v1/jobs/:id/stream`, until it ends.
 * @throws NoStreamError, SilenceError, LeveretError, and what `fetch` throws when a connection breaks
 */
export async function* jobStream(
  http: Http,
  stream: StreamOf,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const vigil = new Vigil(signal);
  try {
    vigil.expect(FIRST_NEWS_MS);
    const body = await opened(http, stream, vigil.signal);
    yield* serverSentEvents(body, () => {
      vigil.expect(NEXT_NEWS_MS);
    });
  } finally {
    vigil.end();
  }
}

async function opened(http: Http, stream: StreamOf, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { jobId, watchToken, lastEventId } = stream;
  const response = await http.open({
    method: 'GET',
    path: `/v1/jobs/${encodeURIComponent(jobId)}/stream`,
    headers: { accept: 'text/event-stream', ...(lastEventId !== '' && { 'last-event-id': lastEventId }) },
    unlimited: true,
    once: true,
    options: { signal },
    ...(watchToken !== undefined && { bearer: watchToken }),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isStream && response.body !== null) return response.body;
  await response.body?.cancel();
  throw new NoStreamError('Expected a stream of events, got something else.');
}
