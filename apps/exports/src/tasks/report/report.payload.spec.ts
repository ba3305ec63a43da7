import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { ReportPayload } from './report.payload.js';

async function wrongFields(change: object): Promise<string[]> {
  const payload = plainToInstance(ReportPayload, { report: 'daily-sales', format: 'pdf', ...change });
  const errors = await validate(payload, { whitelist: true, forbidNonWhitelisted: true });
  return errors.map(({ property }) => property);
}

describe('ReportPayload', () => {
  it.each([{ period: 'yesterday' }, { from: '2026-01-01', to: '2026-01-31' }])('takes %j', async (change) => {
    expect(await wrongFields(change)).toEqual([]);
  });

  it.each([
    [['from', 'to'], {}],
    [['to'], { from: '2026-01-01' }],
    [['from'], { from: 'yesterday', to: '2026-01-31' }],
    [['period'], { period: 'today' }],
    [['format'], { period: 'yesterday', format: 'docx' }],
  ])('refuses a wrong %j: %j', async (fields, change) => {
    expect(await wrongFields(change)).toEqual(fields);
  });
});
