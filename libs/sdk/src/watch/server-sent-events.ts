/** One event of a stream. */
export interface ServerSentEvent {
  /** @default 'message' */
  readonly event: string;
  readonly data: string;
  /** Of this event, or the last one that had an id; empty before. */
  readonly id: string;
}

/**
 * Reads a stream of server-sent events as the HTML standard says. An event that the stream breaks off in is none.
 * @param onNews called for whatever comes, also for comments that only keep the connection open
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  onNews: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const event = new EventBuilder();
  for await (const line of linesOf(body, onNews)) {
    const complete = event.take(line);
    if (complete !== undefined) yield complete;
  }
}

/** Gathers the lines of an event until an empty one ends it. */
class EventBuilder {
  #event = '';
  #data: string[] = [];
  #id = '';

  take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#ended();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return undefined;
  }

  #ended(): ServerSentEvent | undefined {
    const [event, data] = [this.#event || 'message', this.#data];
    this.#event = '';
    this.#data = [];
    return data.length === 0 ? undefined : { event, data: data.join('\n'), id: this.#id };
  }
}

/** Lines end with a line feed, a carriage return, or both, which may come in different chunks. */
async function* linesOf(body: ReadableStream<Uint8Array>, onNews: () => void): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of textOf(body)) {
    onNews();
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Not every browser lets a stream be iterated. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
