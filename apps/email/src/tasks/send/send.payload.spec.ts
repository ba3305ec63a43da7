import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { SendPayload } from './send.payload.js';

const GOOD = { to: 'ada@example.org', subject: 'Hello', text: 'Hello Ada' };

const mailboxes = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}@example.org`);

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
    { to: mailboxes('a', 50) },
    { to: { name: 'Ann "A" <b@x.org>, Lee: Ä', address: 'ann@x.org' } },
    { to: ['a@x.org', { name: 'n'.repeat(200), address: 'b@x.org' }] },
    { cc: ['b@x.org', { name: 'Cy', address: 'c@x.org' }], bcc: [{ name: 'Di', address: 'd@x.org' }] },
    { cc: mailboxes('c', 30), bcc: mailboxes('b', 19) },
    { cc: [], bcc: [] },
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
    mailboxes('a', 51),
    { name: 'Ada\r\nBcc: evil@x.org', address: 'ada@x.org' },
    { name: 'Ada\u0000', address: 'ada@x.org' },
    { name: 'Ada\u0085', address: 'ada@x.org' },
    { name: '', address: 'ada@x.org' },
    { name: 'n'.repeat(201), address: 'ada@x.org' },
    { name: ['Ada'], address: 'ada@x.org' },
    { name: 'Ada', address: 'Ada <ada@x.org>' },
    { name: 'Ada', address: 'ada@x.org\r\nBcc: evil@x.org' },
    { name: 'Ada', address: 'ada@x.org', group: ['evil@x.org'] },
    { name: 'Ada' },
    ['ada@x.org', { name: 'Ada', address: 'ada@x.org' }],
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
    ['cc', { cc: ['b@x.org, evil@x.org'] }],
    ['cc', { cc: [{ name: 'B', address: 'b@x.org\r\nBcc: evil@x.org' }] }],
    ['to', { cc: mailboxes('c', 51) }],
    ['bcc', { bcc: { name: 'B', address: 'b@x.org' } }],
    ['bcc', { bcc: [{ name: 'B\nTo: evil@x.org', address: 'b@x.org' }] }],
    ['to', { cc: [GOOD.to] }],
    ['to', { cc: ['b@x.org'], bcc: [{ name: 'B', address: 'b@x.org' }] }],
    ['to', { cc: mailboxes('c', 30), bcc: mailboxes('b', 20) }],
    ['campaign', { campaign: true, to: { name: 'Ada', address: 'ada@x.org' } }],
    ['campaign', { campaign: true, cc: ['b@x.org'] }],
    ['campaign', { campaign: true, bcc: ['b@x.org'] }],
  ])('refuses a wrong %s: %j', async (field, change) => {
    expect(await wrongFields(change)).toEqual([field]);
  });
});
