import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { jobInMemory } from './job-in-memory.js';

const CSV = { filename: 'list.csv', contentType: 'text/csv' };
/** Of "abc". */
const SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a job in memory', () => {
  it('is what the test says, and usual in everything else', () => {
    const { context } = jobInMemory({ task: 'billing.charge', attempt: 2, metadata: { order: 7 } });
    expect(context).toMatchObject({
      task: 'billing.charge',
      attempt: 2,
      run: 1,
      metadata: { order: 7 },
      tenant: 'default',
    });
    expect(context.signal.aborted).toBe(false);
  });

  it('opens the files that it was given, and no others', async () => {
    const job = jobInMemory({ tenant: 'acme' });
    const { reference, stream } = await job.context.files.open(job.give(Buffer.from('abc'), CSV));
    expect(reference).toEqual({ key: expect.stringMatching(/^acme\//), ...CSV, size: 3, sha256: SHA256 });
    expect(await buffer(stream)).toEqual(Buffer.from('abc'));
    await expect(job.context.files.open({ key: 'acme/none' })).rejects.toMatchObject({ code: 'file_not_found' });
  });

  it('keeps what is stored, under the key that a job would have it under', async () => {
    const job = jobInMemory();
    const { id, files } = job.context;
    const stored = await files.save('list', Readable.from([Buffer.from('abc')]), CSV);
    expect(stored).toEqual({ key: `default/${id}/1-list`, ...CSV, size: 3, sha256: SHA256 });
    expect(job.saved).toEqual(new Map([['list', Buffer.from('abc')]]));
    await expect(files.save('Not a name', Readable.from([]), CSV)).rejects.toThrow('Expected a key');
  });

  it('shows the next run the files of those before, and nothing else of them', async () => {
    const first = jobInMemory({ maxAttempts: 2 });
    const { key } = await first.context.files.save('list', Readable.from([Buffer.from('abc')]), CSV);
    await first.context.progress(50);
    const second = first.again({ attempt: 2 });
    expect(second.context).toMatchObject({ id: first.context.id, run: 2, attempt: 2, maxAttempts: 2 });
    expect(await buffer((await second.context.files.open({ key })).stream)).toEqual(Buffer.from('abc'));
    expect([second.saved.size, second.progress]).toEqual([0, []]);
  });

  it('shows the progress, the lines and the jobs of its handler', async () => {
    const { context, ...job } = jobInMemory();
    await context.progress(50, 'half');
    context.log.warn('slow', { ms: 10 });
    const twice = [
      { key: 'a', task: 'email.send' },
      { key: 'a', task: 'email.send' },
    ];
    const [one, other] = await context.spawn(twice);
    expect(job.progress).toEqual([{ percent: 50, message: 'half' }]);
    expect(job.logged).toEqual([{ level: 'warn', message: 'slow', fields: { ms: 10 } }]);
    expect([...job.spawned.values()]).toEqual([{ key: 'a', task: 'email.send' }]);
    expect(one).toBe(other);
  });

  it('fails or waits where the test wants it to', async () => {
    const stopping = new AbortController();
    const onSave = (): void => {
      throw new Error('the storage is down');
    };
    const { context } = jobInMemory({ signal: stopping.signal, onProgress: () => stopping.abort(), onSave });
    await context.progress(1);
    expect(context.signal.aborted).toBe(true);
    await expect(context.files.save('list', Readable.from([]), CSV)).rejects.toThrow('the storage is down');
  });

  it('lets go of what is stored when it is told to', async () => {
    const job = jobInMemory({ discard: true });
    await job.context.files.save('list', Readable.from([Buffer.from('abc')]), CSV);
    expect(job.saved.get('list')).toHaveLength(0);
  });
});
