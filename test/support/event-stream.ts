/** A server-sent event, its data read as JSON. */
export interface StreamedEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A stream of server-sent events as a client reads it. */
export class EventStream {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #ending: AbortController;
  #text = '';

  private constructor(
    readonly response: Response,
    ending: AbortController,
  ) {
    const body = response.body;
    if (body === null) throw new Error(`Expected a stream, got ${response.status} without a body.`);
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#ending = ending;
  }

  static async open(address: URL, key: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
    const ending = new AbortController();
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      signal: ending.signal,
    });
    return new EventStream(response, ending);
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<StreamedEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += value;
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (/^event: /m.test(block)) return eventOf(block);
    }
  }

  /** Every event up to the end of the stream. */
  async rest(): Promise<StreamedEvent[]> {
    const events: StreamedEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  close(): void {
    this.#ending.abort();
  }
}

function eventOf(block: string): StreamedEvent {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return {
    id: Number(field('id')),
    event: field('event'),
    data: JSON.parse(field('data')) as StreamedEvent['data'],
  };
}
