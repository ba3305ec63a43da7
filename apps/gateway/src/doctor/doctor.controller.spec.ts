import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type Examination } from './doctor.js';

describe('GET /v1/doctor', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
  });
  afterAll(() => edge.stop());

  it('examines once for those who ask together', async () => {
    // Nobody has asked before, so there is nothing to be remembered yet.
    const answers = await Promise.all([1, 2, 3].map(() => client.get<Examination>('/v1/doctor')));
    expect(new Set(answers.map(({ json }) => json.examinedAt)).size).toBe(1);
  });

  it('tells what the doctor finds, good and bad, and how to mend it', async () => {
    const { status, json } = await client.get<Examination>('/v1/doctor');
    expect(status).toBe(200);
    expect(json.findings).toContainEqual({
      ...{ check: 'ledger schema', grade: 'good', says: expect.stringContaining('Up to date') },
    });
    expect(json.findings).toContainEqual(
      expect.objectContaining({ check: 'broker version', grade: 'mend', mend: expect.any(String) }),
    );
    expect(Date.now() - Date.parse(json.examinedAt)).toBeLessThan(60_000);
  });
});
