import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LogReport, type ProgressReport, type TellingReport } from '#libs/contracts';
import { Tellings } from './tellings.js';

const RUN = { run: 1, worker: 'lab@test' };
const AT = '2026-01-01T00:00:00.000Z';

describe('Tellings', () => {
  let sent: (readonly TellingReport[])[];
  let confirm: () => Promise<void>;
  let tellings: Tellings;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
    sent = [];
    const waiting: (() => void)[] = [];
    tellings = new Tellings((reports) => {
      sent.push(reports);
      return new Promise((resolve) => waiting.push(resolve));
    });
    confirm = async () => {
      waiting.shift()?.();
      await turn();
    };
  });

  afterEach(() => void jest.useRealTimers());

  const turn = async (): Promise<void> => {
    for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number): Promise<void> => {
    jest.advanceTimersByTime(ms);
    await turn();
  };
  const namesOf = (reports: readonly TellingReport[] | undefined): readonly string[] | undefined =>
    reports?.map((report) => (report.type === 'log' ? report.message : `${report.job} ${String(report.percent)}`));

  it('gather the latest progress of each run for a tenth of a second', async () => {
    for (const [job, percent] of [
      ['a', 10],
      ['b', 20],
      ['a', 30],
    ] as const)
      tellings.add(progress(job, percent));
    await pass(99);
    expect(sent).toEqual([]);
    await pass(1);
    expect(sent.map(namesOf)).toEqual([['a 30', 'b 20']]);
  });

  it('send no progress of a run that has ended, and that of other runs, also of the same job', async () => {
    tellings.add(progress('a', 10));
    tellings.add(progress('b', 20));
    tellings.add({ ...progress('a', 30), run: 2 });
    tellings.end({ job: 'a', run: 1 });
    await pass(100);
    expect(sent.map(namesOf)).toEqual([['b 20', 'a 30']]);
  });

  it('send nothing when all that have told progress have ended', async () => {
    tellings.add(progress('a', 10));
    tellings.end({ job: 'a', run: 1 });
    await pass(100);
    expect(sent).toEqual([]);
  });

  it('let lines leave at once, those of a turn together, and progress along with them', async () => {
    tellings.add(progress('a', 10));
    tellings.add(line('one'));
    tellings.add(line('two'));
    await turn();
    expect(sent.map(namesOf)).toEqual([['a 10', 'one', 'two']]);
  });

  it('have one message under way, with what comes meanwhile behind it: lines at once, progress when it has gathered', async () => {
    tellings.add(line('one'));
    await turn();
    tellings.add(progress('a', 10));
    tellings.add(line('two'));
    await pass(100);
    expect(sent).toHaveLength(1);
    await confirm();
    expect(sent.map(namesOf)).toEqual([['one'], ['a 10', 'two']]);
    tellings.add(progress('a', 20));
    await pass(100);
    await confirm();
    expect(sent).toHaveLength(2);
    await pass(100);
    expect(sent.map(namesOf).at(2)).toEqual(['a 20']);
  });

  it('keep 10,000 lines behind those that are under way, and drop the oldest beyond', async () => {
    tellings.add(line('under way'));
    await turn();
    for (let number = 0; number <= 10_000; number += 1) tellings.add(line(String(number)));
    tellings.add(progress('a', 10));
    tellings.end({ job: 'a', run: 1 });
    for (let messages = 0; messages < 21; messages += 1) await confirm();
    expect(sent.map(({ length }) => length)).toEqual([1, ...Array.from({ length: 20 }, () => 500)]);
    expect([namesOf(sent[1])?.[0], namesOf(sent[20])?.at(-1)]).toEqual(['1', '10000']);
  });
});

function progress(job: string, percent: number): ProgressReport {
  return { ...RUN, type: 'progress', job, seq: percent, percent, message: null };
}

function line(message: string): LogReport {
  return { ...RUN, type: 'log', job: 'a', seq: 1, attempt: 1, at: AT, level: 'info', message, fields: {} };
}
