import { describe, expect, it } from '@jest/globals';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js';

/** The events in a stream that comes in these chunks. */
async function eventsIn(...chunks: readonly (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      }
      controller.close();
    },
  });
  const events = [];
  for await (const event of serverSentEvents(body, () => undefined)) events.push(event);
  return events;
}

describe('a stream of server-sent events', () => {
  it('is read by fields, with the defaults of the standard', async () => {
    await expect(
      eventsIn('\ufeffdata: one\n\nid: 7\nevent: status\ndata: two\ndata:three\n\ndata\n\n'),
    ).resolves.toEqual([
      { event: 'message', data: 'one', id: '' },
      { event: 'status', data: 'two\nthree', id: '7' },
      { event: 'message', data: '', id: '7' },
    ]);
  });

  it('passes over comments, fields that it does not know, and events without data', async () => {
    await expect(eventsIn(': beat\n\nretry: 9\nfoo: bar\n\nevent: empty\n\ndata: x\n\n')).resolves.toEqual([
      { event: 'message', data: 'x', id: '' },
    ]);
  });

  it('is the same however it is cut, within lines, line ends and characters', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: größer 🐇\r\n\r\nid: 2\rdata: b\r\rdata: c\n\n');
    const whole = await eventsIn(bytes);
    expect(whole.map(({ data, id }) => `${id} ${data}`)).toEqual(['1 größer 🐇', '2 b', '2 c']);
    for (let at = 1; at < bytes.length; at += 1) {
      await expect(eventsIn(bytes.subarray(0, at), bytes.subarray(at))).resolves.toEqual(whole);
    }
  });

  it('has no event that it breaks off in', async () => {
    await expect(eventsIn('data: whole\n\ndata: half\n')).resolves.toHaveLength(1);
  });
});
