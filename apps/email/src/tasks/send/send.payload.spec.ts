import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { SendPayload } from './send.payload.js';

const GOOD = { to: 'ada@example.org', subject: 'Hello', text: 'Hello Ada' };

async function wrongFields(change: object): Promise<string[]> {
  const payload = plainToInstance(SendPayload, { ...GOOD, ...change });
  const errors = await validate(payload, { whitelist: true, forbidNonWhitelisted: true });
  return errors.map(({ property }) => property);
}

describe('SendPayload', () => {
  it.each([
    {},
    { to: "o'neil+news@mail.example.co.uk" },
    { to: ['a@localhost', 'b@example.org'] },
    { to: Array.from({ length: 50 }, (_, index) => `a${index}@example.org`) },
    { text: undefined, html: '<p>Hello</p>' },
    { campaign: true },
    { html: '<p>Hello</p>', replyTo: 'desk@example.org' },
    { subject: 'ü'.repeat(998) },
    { text: undefined, template: 'welcome', data: { name: 'Ada' } },
    { text: undefined, subject: undefined, template: 'welcome' },
    {
      attachments: [
        { file: { key: 'default/a' }, filename: 'Rechnung Ä.pdf' },
        { file: { key: 'default/b' }, cid: 'logo' },
      ],
    },
  ])('takes %j', async (change) => {
    expect(await wrongFields(change)).toEqual([]);
  });

  it.each([
    'b@x.org\r\nBcc: evil@x.org',
    'b@x.org\n',
    '"b@x.org, evil@x.org"',
    'b@x.org, evil@x.org',
    'b@x.org;evil@x.org',
    'friends: a@x.org, evil@x.org;',
    'Ada <ada@x.org>',
    '<ada@x.org>',
    'ada(evil@x.org)@x.org',
    'ada@[127.0.0.1]',
    'ada@x@y.org',
    'ada @x.org',
    'ada@x..org',
    '.ada@x.org',
    'ada',
    '',
    `${'a'.repeat(250)}@x.org`,
    'ada\u0000@x.org',
    'аda@x.org',
    7,
    null,
    { address: 'ada@x.org' },
    [],
    ['ada@x.org', 'b@x.org, evil@x.org'],
    ['ada@x.org', 'ada@x.org'],
    [['ada@x.org']],
    Array.from({ length: 51 }, (_, index) => `a${index}@example.org`),
  ])('refuses to send to %j', async (to) => {
    expect(await wrongFields({ to })).toEqual(['to']);
  });

  it.each([
    ['subject', { subject: '' }],
    ['subject', { subject: 'a\r\nBcc: evil@x.org' }],
    ['subject', { subject: 'a\u0085b' }],
    ['subject', { subject: 'a'.repeat(999) }],
    ['text', { text: undefined }],
    ['text', { text: { path: '/etc/passwd' }, html: 'x' }],
    ['html', { html: { path: '/etc/passwd' } }],
    ['replyTo', { replyTo: 'a@x.org, evil@x.org' }],
    ['replyTo', { replyTo: 7 }],
    ['text', { template: 'welcome' }],
    ['html', { text: undefined, template: 'welcome', html: '<p>Hello</p>' }],
    ['data', { data: { name: 'Ada' } }],
    ['data', { text: undefined, template: 'welcome', data: 'Ada' }],
    ['subject', { text: undefined, template: 'welcome', subject: 'a\nb' }],
    ['attachments', { attachments: [{ path: '/etc/passwd' }] }],
    ['attachments', { attachments: [{ file: { key: 'default/a' }, filename: '../a' }] }],
    ['attachments', { attachments: [{ file: { key: 'default/a' }, filename: 'a\r\nBcc: evil@x.org' }] }],
    ['attachments', { attachments: [{ file: { key: 'default/a' }, cid: 'a>b' }] }],
    ['attachments', { attachments: Array.from({ length: 21 }, () => ({ file: { key: 'default/a' } })) }],
    ['campaign', { campaign: true, to: ['a@x.org', 'b@x.org'] }],
    ['campaign', { campaign: 'yes' }],
    ['cc', { cc: 'evil@x.org' }],
  ])('refuses a wrong %s: %j', async (field, change) => {
    expect(await wrongFields(change)).toEqual([field]);
  });
});
