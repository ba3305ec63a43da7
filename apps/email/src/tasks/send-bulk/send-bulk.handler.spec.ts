import { Readable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS } from '#libs/contracts';
import { Suppressions } from '#libs/suppressions';
import { jobInMemory, type JobInMemory } from '#libs/consumer-testing';
import { storageInMemory } from '../../../spec/storage-in-memory.js';
import { Templates } from '../../templates/templates.js';
import { csvRecipients } from './csv-recipients.js';
import { SendBulkHandler } from './send-bulk.handler.js';
import { type SendBulkPayload } from './send-bulk.payload.js';

describe('email.send-bulk', () => {
  let templates: Templates;
  let suppressions: Suppressions;
  let job: JobInMemory;

  beforeAll(async () => {
    templates = await Templates.open(null);
  });
  beforeEach(() => {
    suppressions = new Suppressions(storageInMemory());
    job = jobInMemory();
  });

  const send = (payload: Partial<SendBulkPayload>, as = job): Promise<unknown> =>
    new SendBulkHandler(templates, suppressions).sendBulk({ template: 'welcome', ...payload }, as.context);
  const csv = (text: string | Buffer): { recipientsFile: { key: string } } => ({
    recipientsFile: job.give(Buffer.from(text as string)),
  });
  const spawned = (): unknown[] => [...job.spawned.values()].map(({ payload }) => payload);
  const problemsSaved = (): unknown[] => {
    const lines = job.saved.get('problems')?.toString().trimEnd().split('\n') ?? [];
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  it('makes a mail of each recipient, with the data of all and its own', async () => {
    const recipients = [{ to: 'ada@x.org', data: { name: 'Ada' } }, { to: 'bob@x.org' }];
    const result = await send({ recipients, subject: 'News', data: { name: 'you' }, replyTo: 'desk@x.org' });
    expect(result).toEqual({ recipients: 2, queued: 2, invalid: 0, suppressed: 0, problems: [], file: null });
    const common = { template: 'welcome', subject: 'News', replyTo: 'desk@x.org', campaign: true };
    expect(spawned()).toEqual([
      { to: 'ada@x.org', data: { name: 'Ada' }, ...common },
      { to: 'bob@x.org', data: { name: 'you' }, ...common },
    ]);
    expect([...job.spawned.values()].map(({ key, task, priority }) => [key, task, priority])).toEqual([
      ['ada@x.org', 'email.send', 'low'],
      ['bob@x.org', 'email.send', 'low'],
    ]);
  });

  it('counts and lists recipients that get no mail, and sends to the others', async () => {
    await suppressions.add('default', 'gone@x.org', 'unsubscribed');
    const recipients = [
      { to: 'b@x.org\r\nBcc: evil@x.org', data: { name: 'B' } },
      { to: 'ada@x.org', data: { name: 'Ada' } },
      { to: 'Gone@x.org', data: { name: 'Gone' } },
      { to: 'nameless@x.org' },
    ];
    const result = await send({ recipients });
    expect(result).toMatchObject({ recipients: 4, queued: 1, invalid: 2, suppressed: 1 });
    const problems = [
      { row: 1, to: 'b@x.org\r\nBcc: evil@x.org', problem: expect.stringContaining('must be one mailbox') },
      { row: 3, to: 'Gone@x.org', problem: 'unsubscribed' },
      { row: 4, to: 'nameless@x.org', problem: 'data.name is required' },
    ];
    expect(result).toMatchObject({ problems });
    expect(problemsSaved()).toEqual(problems);
    expect([...job.spawned.keys()]).toEqual(['ada@x.org']);
  });

  it('fails when no recipient is valid, and says what is wrong with the first and with how many', async () => {
    await suppressions.add('default', 'gone@x.org', 'unsubscribed');
    const recipients = [
      { to: 'gone@x.org', data: { name: 'Gone' } },
      { to: 'ada@x.org' },
      { to: 'x' },
      { to: 'b@x.org' },
    ];
    await expect(send({ recipients })).rejects.toMatchObject({
      ...{ name: 'PermanentError', code: 'no_valid_recipient' },
      message:
        'Of 4 recipients none gets a mail: 3 are invalid, 1 suppressed. In row 2 and 1 more: data.name is required.',
    });
    expect([job.spawned.size, job.saved.size]).toEqual([0, 0]);
  });

  it('names the row alone whose problem no other has', async () => {
    await expect(send({ recipients: [{ to: 'ada@x.org' }, { to: 'x' }] })).rejects.toMatchObject({
      message: expect.stringContaining(' In row 1: data.name is required.'),
    });
  });

  it('completes when nobody on the list wants a mail, and when nobody is on it', async () => {
    await suppressions.add('default', 'gone@x.org', 'unsubscribed');
    const recipients = [{ to: 'gone@x.org', data: { name: 'Gone' } }];
    expect(await send({ recipients })).toMatchObject({ recipients: 1, queued: 0, suppressed: 1 });
    expect(await send(csv('to,name\n'))).toMatchObject({ recipients: 0, queued: 0 });
  });

  it('gives an address that comes twice one mail, however it is written', async () => {
    const recipients = ['ada@x.org', 'Ada@X.org', 'bob@x.org'].map((to) => ({ to, data: { name: to } }));
    await send({ recipients });
    expect([...job.spawned.keys()]).toEqual(['ada@x.org', 'bob@x.org']);
  });

  it('reads recipients from a CSV file, whose other columns are data', async () => {
    const text = '\uFEFFname,Email\r\n"Lovelace, Ada",ada@x.org\r\n\r\n"Bob ""B""",bob@x.org\r\n';
    expect(await send(csv(text))).toMatchObject({ recipients: 2, queued: 2 });
    expect(spawned()).toMatchObject([
      { to: 'ada@x.org', data: { name: 'Lovelace, Ada' } },
      { to: 'bob@x.org', data: { name: 'Bob "B"' } },
    ]);
  });

  it('lists rows of a file that do not have the fields of its header', async () => {
    const result = await send(csv('to,name\nada@x.org\nbob@x.org,Bob,B\ncarl@x.org,Carl\n'));
    expect(result).toMatchObject({ queued: 1, invalid: 2 });
    expect(problemsSaved()).toMatchObject([{ row: 1, problem: expect.stringContaining('has 2') }, { row: 2 }]);
  });

  it('takes an empty field for no value: that of all is in its place', async () => {
    expect(await send({ ...csv('to,name\nada@x.org,\nbob@x.org,Bob\n'), data: { name: 'you' } })).toMatchObject({
      queued: 2,
    });
    expect(spawned()).toMatchObject([{ data: { name: 'you' } }, { data: { name: 'Bob' } }]);
  });

  it('lists recipients whose mail could not be made into a job', async () => {
    const long = { name: 'Ada', more: 'x'.repeat(LIMITS.payload) };
    const recipients = [
      { to: 'ada@x.org', data: long },
      { to: 'bob@x.org', data: { name: 'Bob' } },
    ];
    expect(await send({ recipients })).toMatchObject({ queued: 1, invalid: 1 });
    const result = await send(csv('to,name\nada@x.org,A\0da\nbob@x.org,Bob\n'));
    expect(result).toMatchObject({ queued: 1, invalid: 1 });
    expect(problemsSaved()).toMatchObject([{ row: 1, problem: expect.stringContaining('U+0000') }]);
  });

  it.each([
    ['no column with mailboxes', 'name,address\nAda,ada@x.org\n', /column to or email/],
    ['semicolons between its columns', 'to;name\nada@x.org;Ada\n', /commas between columns/],
    ['two columns of one name', 'to,name,name\nada@x.org,A,B\n', /different names/],
    ['a column that no field may be called', 'to,constructor\nada@x.org,Ada\n', /another name than "constructor"/],
    ['another encoding', Buffer.from('to,name\nandre@x.org,Andr\xe9\n', 'latin1'), /UTF-8/],
    ['a quote that does not close', 'to,name\nada@x.org,Ada\nbob@x.org,"Bob\n', /[Qq]uote/],
  ])('sends nothing when a file has %s', async (_what, text, message) => {
    const sent = send(csv(text));
    await expect(sent).rejects.toMatchObject({ name: 'PermanentError', code: 'invalid_recipients_file' });
    await expect(sent).rejects.toThrow(message);
    expect(job.spawned.size).toBe(0);
  });

  /** How many bytes of files a job reads. */
  const counted = (as: JobInMemory): { readonly job: JobInMemory; readonly bytes: () => number } => {
    let bytes = 0;
    const { files } = as.context;
    const open: typeof files.open = async (file) => {
      const { reference, stream } = await files.open(file);
      stream.on('data', (chunk: Buffer) => (bytes += chunk.length)).pause();
      return { reference, stream };
    };
    return { job: { ...as, context: { ...as.context, files: { ...files, open } } }, bytes: () => bytes };
  };
  const sizeOf = async ({ payload }: { readonly payload?: unknown }): Promise<number> => {
    const { recipientsFile } = payload as { recipientsFile: { key: string } };
    return (await job.context.files.open(recipientsFile)).reference.size;
  };

  it('shares a file out that is longer than one job may send to, so that no address is in two parts', async () => {
    const addresses = LIMITS.spawnedJobs + 1;
    const rows = Array.from({ length: addresses + 5 }, (_, index) => `p${index % addresses}@x.org,P`);
    const file = csv(`to,name\n${rows.join('\n')}\nno mailbox,P\n`);
    const first = counted(job);
    const result = await send(file, first.job);
    expect(result).toEqual({ recipients: addresses + 6, parts: [expect.any(String), expect.any(String)] });
    expect(first.bytes()).toBe(2 * (await sizeOf({ payload: file })));
    const keys: string[] = [];
    const problems: unknown[] = [];
    for (const [index, part] of [...job.spawned.values()].entries()) {
      expect(part).toMatchObject({ task: 'email.send-bulk', priority: 'low', payload: { part: { of: 2 } } });
      const sent = counted(job.again({ id: `01970000-0000-7000-8000-00000000002${index}` }));
      problems.push(...((await send(part.payload as SendBulkPayload, sent.job)) as { problems: unknown[] }).problems);
      expect(sent.bytes()).toBe(2 * (await sizeOf(part)));
      keys.push(...sent.job.spawned.keys());
    }
    expect([keys.length, new Set(keys).size]).toEqual([addresses, addresses]);
    expect(problems).toMatchObject([{ row: addresses + 6, to: 'no mailbox' }]);
  });

  it('shares out one list after the other: each of its files takes memory while it is written', async () => {
    const rows = Array.from({ length: LIMITS.spawnedJobs + 1 }, (_, index) => `p${index}@x.org,P`);
    const file = csv(`to,name\n${rows.join('\n')}\n`);
    let [writing, most] = [0, 0];
    const { files } = job.context;
    const save: typeof files.save = async (...given) => {
      most = Math.max(most, (writing += 1));
      return files.save(...given).finally(() => (writing -= 1));
    };
    const handler = new SendBulkHandler(templates, suppressions);
    const context = { ...job.context, files: { ...files, save } };
    const lists = ['a', 'b'].map((id) => handler.sendBulk({ template: 'welcome', ...file }, { ...context, id }));
    const shared = (await Promise.all(lists)) as unknown as { readonly parts: readonly string[] }[];
    expect([...shared.map(({ parts }) => parts.length), most]).toEqual([2, 2, 2]);
  });

  it('shares a part out again that is still too long', async () => {
    const addresses = LIMITS.spawnedJobs + 1;
    const lines = Array.from({ length: addresses }, (_, row) => JSON.stringify({ row, to: `p${row}@x.org`, data: {} }));
    const payload = { ...csv(`${lines.join('\n')}\n`), part: { number: 3, of: 8 } };
    expect(await send(payload)).toMatchObject({
      recipients: addresses,
      parts: [expect.any(String), expect.any(String)],
    });
    const sizes = await Promise.all([...job.spawned.values()].map(sizeOf));
    expect(Math.min(...sizes)).toBeGreaterThan(Math.max(...sizes) / 2);
  });

  it('sends to a list of any length whose addresses are few', async () => {
    const rows = Array.from({ length: LIMITS.spawnedJobs + 1 }, (_, index) => `p${index % 3}@x.org,P`);
    expect(await send(csv(`to,name\n${rows.join('\n')}\n`))).toMatchObject({
      recipients: rows.length,
      queued: rows.length,
    });
    expect(job.spawned.size).toBe(3);
  });

  it.each([
    ['is a CSV file', 'to,name\nada@x.org,Ada\n'],
    ['has lines of something else', '{"to":"ada@x.org"}\n'],
    ['is cut off', '{"row":1,"to":"ada@x.org","data":{}}\n{"row":2'],
  ])('refuses a part whose file %s', async (_what, text) => {
    const sent = send({ ...csv(text), part: { number: 0, of: 2 } });
    await expect(sent).rejects.toMatchObject({ name: 'PermanentError', code: 'invalid_recipients_file' });
    expect(job.spawned.size).toBe(0);
  });

  it('stops when its job is cancelled', async () => {
    const cancelled = job.again({ signal: AbortSignal.abort(new Error('cancelled')) });
    const recipients = [{ to: 'ada@x.org', data: { name: 'A' } }];
    await expect(send({ recipients }, cancelled)).rejects.toThrow('cancelled');
    expect(cancelled.spawned.size).toBe(0);
  });

  it('reads a long file as its recipients are taken, not at once', async () => {
    let read = 0;
    const rows = function* (): Generator<Buffer> {
      yield Buffer.from('to,name\n');
      for (; read < 200_000; read += 1) yield Buffer.from(`p${read}@x.org,P\n`);
    };
    const file = Readable.from(rows());
    for await (const { row } of csvRecipients(file)) if (row === 100) break;
    expect(read).toBeLessThan(5_000);
    expect(file.destroyed).toBe(true);
  });
});
