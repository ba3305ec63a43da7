import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, PermanentError, RetryAfter, Task, TaskController, TemporaryError } from '#libs/consumer';
import { type Action, ScriptPayload } from './script.payload.js';

const GATE_LOOK_MS = 20;
const UNFIT = { 'large-result': 'x'.repeat(100_000), 'bad-text': { text: 'a\0b\ud800c' } };
const NOTE = { filename: 'note.txt', contentType: 'text/plain' };

/** A job that does as it is told, run by run. */
@TaskController('lab')
export class ScriptHandler {
  @Task('script', {
    payload: ScriptPayload,
    description: 'Does one action of a script in each run: succeeds, fails, waits, crashes.',
    example: { steps: ['ok'] },
    timeout: '30s',
    maxTimeout: '10m',
  })
  async script(@Payload() payload: ScriptPayload, @Ctx() job: JobContext): Promise<unknown> {
    const note = (word: string): Promise<void> =>
      witness(payload.witness, `${job.id} ${job.run} ${word} ${Date.now()} ${job.attempt}`);
    await note('begin');
    job.log.info(payload.says ?? 'began', { run: job.run });
    const step = payload.by === 'attempt' ? job.attempt : job.run;
    const action = payload.steps[Math.min(step, payload.steps.length) - 1] ?? 'ok';
    if (payload.target !== undefined) await call(payload.target, job);
    const result = await this.#act(action, payload, job);
    await note('end');
    return result;
  }

  async #act(action: Action, payload: ScriptPayload, job: JobContext): Promise<unknown> {
    const ms = durationOf(payload);
    const said = (otherwise: string): string => payload.says ?? otherwise;
    switch (action) {
      case 'ok':
        await job.progress(50, said('half'));
        return { attempt: job.attempt, run: job.run, metadata: job.metadata };
      case 'fail':
        throw new TemporaryError('lab_failure', said('The script says that this run fails.'));
      case 'reject':
        throw new PermanentError('lab_rejection', said('The script says that this job fails for good.'));
      case 'snooze':
        throw new RetryAfter(ms, 'the script says so');
      case 'hold':
        await job.progress(50, said('half'));
        await held(ms, payload.gate, job.signal);
        return { held: ms };
      case 'save':
        return { file: await job.files.save('note', Readable.from(['noted']), NOTE) };
      case 'crash':
        return crash(payload);
      case 'large-result':
      case 'bad-text':
        return UNFIT[action];
    }
  }
}

function durationOf({ ms = 1_000 }: ScriptPayload): number {
  return ms;
}

async function crash({ ms }: ScriptPayload): Promise<never> {
  if (ms !== undefined) await wait(ms);
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

async function held(ms: number, gate: string | undefined, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline && !(gate !== undefined && existsSync(gate))) {
    await wait(Math.min(GATE_LOOK_MS, deadline - Date.now()), undefined, { signal });
  }
}

async function call(target: string, { id, run, signal }: JobContext): Promise<void> {
  const response = await fetch(target, { method: 'POST', body: JSON.stringify({ job: id, run }), signal });
  if (!response.ok) throw new TemporaryError('lab_call', `The target answered ${response.status}.`);
}

async function witness(file: string | undefined, line: string): Promise<void> {
  if (file !== undefined) await appendFile(file, `${line}\n`);
}
