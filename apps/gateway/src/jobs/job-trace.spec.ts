import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type ShownTrace } from './job-trace.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

describe('the trace of a job', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge({ traceUrl: 'https://traces.example.org/{traceId}?from={traceId}' });
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 60_000);
  afterAll(() => edge.stop());

  const traceOf = async (headers: Record<string, string>): Promise<ShownTrace> => {
    const { id } = (await client.post<Job>('/v1/jobs', { task: 'demo.echo' }, { headers })).json;
    return (await client.get<ShownTrace>(`/v1/jobs/${id}/trace`)).json;
  };

  it('is that of the request, with where it can be looked at', async () => {
    expect(await traceOf({ traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` })).toEqual({
      traceId: TRACE_ID,
      url: `https://traces.example.org/${TRACE_ID}?from=${TRACE_ID}`,
    });
  });

  it('is none when the request had none, or what is none', async () => {
    expect(await traceOf({})).toEqual({ traceId: null, url: null });
    expect(await traceOf({ traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` })).toEqual({
      traceId: null,
      url: null,
    });
  });
});
