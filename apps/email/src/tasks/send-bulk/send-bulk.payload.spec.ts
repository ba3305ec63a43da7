import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { SendBulkPayload } from './send-bulk.payload.js';

const GOOD = { template: 'welcome', recipients: [{ to: 'ada@example.org', data: { name: 'Ada' } }] };

async function wrongFields(change: object): Promise<string[]> {
  const payload = plainToInstance(SendBulkPayload, { ...GOOD, ...change });
  const errors = await validate(payload, { whitelist: true, forbidNonWhitelisted: true });
  return errors.map(({ property }) => property);
}

const many = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ to: `a${index}@example.org` }));

describe('SendBulkPayload', () => {
  it.each<[string, object]>([
    ['recipients in the payload', {}],
    ['recipients that are no mailboxes', { recipients: [{ to: 'no mailbox' }] }],
    ['ten thousand recipients', { recipients: many(10_000) }],
    ['a file of recipients', { recipients: undefined, recipientsFile: { key: 'default/a' } }],
    ['what all mails have', { data: { title: 'News' }, subject: 'News', replyTo: 'desk@example.org' }],
    ['a part of a file', { part: { number: 0, of: 2 } }],
  ])('takes %s', async (_what, change) => {
    expect(await wrongFields(change)).toEqual([]);
  });

  it.each<[string, string, object]>([
    ['template', 'without one', { template: undefined }],
    ['recipients', 'without any', { recipients: undefined }],
    ['recipients', 'with an empty list', { recipients: [] }],
    ['recipients', 'with a bare mailbox', { recipients: ['ada@example.org'] }],
    ['recipients', 'with another field', { recipients: [{ to: 'ada@example.org', bcc: 'evil@example.org' }] }],
    ['recipients', 'with data that is a text', { recipients: [{ to: 'ada@example.org', data: 'Ada' }] }],
    ['recipients', 'with too many', { recipients: many(10_001) }],
    ['recipients', 'beside a file', { recipientsFile: { key: 'default/a' } }],
    ['recipientsFile', 'that is a path', { recipients: undefined, recipientsFile: 'people.csv' }],
    ['subject', 'of two lines', { subject: 'a\r\nBcc: evil@example.org' }],
    ['part', 'of one', { part: { number: 0, of: 1 } }],
  ])('refuses %s %s', async (field, _what, change) => {
    expect(await wrongFields(change)).toEqual([field]);
  });
});
