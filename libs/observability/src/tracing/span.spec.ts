import { describe, expect, it } from '@jest/globals';
import { beginSpan, isTracing } from './span.js';
import { startTracing } from './start-tracing.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('a span while nobody is told', () => {
  it('hands on the trace context as it came, and is not even described', async () => {
    const tracing = await startTracing({ service: 'test', endpoint: null });
    const about = (): never => {
      throw new Error('Nobody should ask.');
    };
    const span = beginSpan(about, TRACEPARENT);
    expect([isTracing(), span.traceparent, beginSpan(about, null).traceparent]).toEqual([false, TRACEPARENT, null]);
    expect(span.within(() => 42)).toBe(42);
    span.end({ error: 'none' });
    await tracing.stop();
  });
});
