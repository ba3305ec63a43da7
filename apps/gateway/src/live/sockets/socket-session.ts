import { setTimeout as pause } from 'node:timers/promises';
import { isRecord, type JobChange } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { may } from '../../api-keys/caller.js';
import { missing, Problem } from '../../http/problem.js';
import { type JobView } from '../../jobs/job-view.js';
import { type QueueStore } from '../../ledger/queue-store.js';
import { type JobUpdate } from '../job-updates.js';
import { type LiveJobs } from '../live-jobs.js';
import { MessageBudget } from './message-budget.js';
import { Outlet } from './outlet.js';
import { type LiveSocket, messagesOf, type ServerMessage } from './socket-events.js';

const MOST_JOBS = 100;
const MOST_QUEUES = 20;
const COUNT_EVERY_MS = 1_000;

export interface SessionParts {
  readonly live: Pick<LiveJobs, 'listen'>;
  readonly queues: Pick<QueueStore, 'find'>;
  readonly view: JobView;
  readonly telemetry: Telemetry;
}

/** What one socket listens to, as its client asks. */
export class SocketSession {
  readonly #socket: LiveSocket;
  readonly #parts: SessionParts;
  readonly #outlet: Outlet;
  readonly #budget = new MessageBudget();
  readonly #jobs = new Map<string, AbortController>();
  readonly #queues = new Map<string, AbortController>();

  constructor(socket: LiveSocket, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#outlet = new Outlet(socket);
    socket.onAny((event: string, ...given: unknown[]) => void this.#take(event, given));
    socket.on('disconnect', () => this.#end());
  }

  /** Does what the client asks, and says how it went if it wants to know. */
  async #take(event: string, given: readonly unknown[]): Promise<void> {
    if (!this.#budget.take()) {
      this.#parts.telemetry.emit('live.listener-closed', { transport: 'socket', reason: 'flood' });
      this.#socket.disconnect(true);
      return;
    }
    const last = given.at(-1);
    const answer = typeof last === 'function' ? (last as (said: Answer) => void) : () => undefined;
    try {
      await this.#do(event, given[0]);
      answer({ ok: true });
    } catch (error) {
      answer({ ok: false, error: this.#sentenceOf(error) });
    }
  }

  async #do(event: string, asked: unknown): Promise<void> {
    switch (event) {
      case 'listen-to-job':
        return this.#listenToJob(readJob(asked));
      case 'stop-listening-to-job':
        stop(this.#jobs, readJob(asked).id);
        return;
      case 'listen-to-queue':
        return this.#listenToQueue(readText(asked, 'queue'));
      case 'stop-listening-to-queue':
        stop(this.#queues, readText(asked, 'queue'));
        return;
      default:
        throw new Problem(404, `There is no event ${event.slice(0, 100)}.`);
    }
  }

  async #listenToJob({ id, version }: AskedJob): Promise<void> {
    const ending = begin(this.#jobs, id, MOST_JOBS);
    try {
      const hearing = { withLog: false, since: version, signal: ending.signal };
      const updates = await this.#parts.live.listen(id, this.#socket.data.caller, hearing);
      void this.#tellJob(updates, version).finally(() => forget(this.#jobs, id, ending));
    } catch (error) {
      forget(this.#jobs, id, ending);
      throw error;
    }
  }

  async #tellJob(updates: AsyncGenerator<JobUpdate, void, undefined>, known = -1): Promise<void> {
    let told: JobChange | undefined;
    const { view } = this.#parts;
    const viewer = this.#socket.data.caller;
    try {
      // An update is taken when there is room for it: until then newer ones take the place of older ones.
      while (await this.#outlet.isClear()) {
        const { value: update } = await updates.next();
        if (update === undefined) return;
        if (update.kind === 'log') continue;
        // Who knows the present state already is told what comes after it, and of the end in any case.
        const isKnown = update.state.version <= known && !(update.kind === 'status' && update.ended !== null);
        if (!isKnown) this.#tell(messagesOf(update, told, { view, viewer }));
        told = update.state;
      }
    } catch (error) {
      this.#parts.telemetry.emit('live.failed', { where: 'socket', error });
    } finally {
      await updates.return();
    }
  }

  #tell(messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      this.#outlet.send(message);
      this.#parts.telemetry.emit('live.told', { transport: 'socket' });
    }
  }

  async #listenToQueue(name: string): Promise<void> {
    if (!may(this.#socket.data.caller, 'admin')) throw new Problem(403, 'The token lacks the scope admin.');
    if ((await this.#parts.queues.find(name)) === undefined) throw missing('queue', name.slice(0, 100));
    const ending = begin(this.#queues, name, MOST_QUEUES);
    void this.#tellQueue(name, ending.signal).finally(() => forget(this.#queues, name, ending));
  }

  async #tellQueue(name: string, signal: AbortSignal): Promise<void> {
    let told = '';
    while (!signal.aborted && (await this.#outlet.isClear())) {
      // Counts that cannot be had now come later.
      const counts = await this.#parts.queues.find(name).catch(() => undefined);
      const text = JSON.stringify(counts);
      if (counts !== undefined && text !== told) this.#tell([['queue-counts', counts]]);
      told = text;
      await pause(COUNT_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #sentenceOf(error: unknown): string {
    if (error instanceof Problem) return error.message;
    this.#parts.telemetry.emit('live.failed', { where: 'socket', error });
    return 'Something went wrong in the gateway. Try again.';
  }

  #end(): void {
    for (const ending of [...this.#jobs.values(), ...this.#queues.values()]) ending.abort();
  }
}

/** What the acknowledgement says. */
interface Answer {
  readonly ok: boolean;
  readonly error?: string;
}

interface AskedJob {
  readonly id: string;
  /** Up to which version the client knows the job. */
  readonly version: number | undefined;
}

function readJob(asked: unknown): AskedJob {
  if (!isRecord(asked)) return { id: readText(asked, 'job id'), version: undefined };
  const { version } = asked;
  return {
    id: readText(asked['jobId'], 'jobId'),
    version: Number.isSafeInteger(version) ? Number(version) : undefined,
  };
}

function readText(given: unknown, what: string): string {
  if (typeof given === 'string') return given;
  throw new Problem(422, `Expected a ${what} as text.`);
}

/** Takes the place of what listened to the same before. */
function begin(all: Map<string, AbortController>, name: string, most: number): AbortController {
  if (!all.has(name) && all.size >= most) throw new Problem(429, `The socket listens to ${most} of them already.`);
  all.get(name)?.abort();
  const ending = new AbortController();
  all.set(name, ending);
  return ending;
}

function stop(all: ReadonlyMap<string, AbortController>, name: string): void {
  all.get(name)?.abort();
}

function forget(all: Map<string, AbortController>, name: string, ending: AbortController): void {
  if (all.get(name) === ending) all.delete(name);
}
