import { type BrokerNames, type Publisher, PublishError } from '#libs/broker';
import { isFinal } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { ownEvent } from '../events/own-events.js';
import { type Database } from '../ledger/database.js';
import { type EventStore } from '../ledger/event-store.js';
import { type Fact, type FactStore, type NotedFact } from '../ledger/fact-store.js';
import { type Lookout } from '../ledger/lookout.js';
import { Rounds } from '../rounds/rounds.js';

const AT_ONCE = 500;

/** What became of a message: a queue has it, none wants it, or it is not known. */
type Answer = 'heard' | 'unheard' | 'failed';

/** What came of facts. */
interface Telling {
  readonly told: readonly NotedFact[];
  readonly failed: readonly NotedFact[];
}

interface Parts {
  readonly changes: Pick<Database, 'onJobChanges'>;
  /** Finds facts that nobody was in a hurry to tell, and those that a gateway left which died. */
  readonly lookout: Pick<Lookout, 'on'>;
  readonly facts: FactStore;
  readonly events: Pick<EventStore, 'takeFacts'>;
  readonly publisher: Pick<Publisher, 'ready' | 'publish'>;
  readonly names: BrokerNames;
  readonly telemetry: Telemetry;
}

/**
 * Tells what has become fact: the ends of jobs, after they were committed. To triggers, whether the broker is there or not; and to whoever
 * listens to the exchange of events, at least once. Every gateway has one; the ledger lets one at a time have a fact.
 *
 * Mostly nobody listens. Then one fact of each type is published, comes back, and so tells for all that have been noted before that nobody
 * would hear them; and there is no hurry.
 */
export class FactTeller {
  readonly #parts: Parts;
  /** The types that a queue took when they were last told. */
  readonly #heard = new Set<string>();
  readonly #rounds = new Rounds(() => this.#look());
  #fires = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.lookout.on('facts', () => this.#rounds.wake());
    parts.changes.onJobChanges((changes) => {
      if ((this.#fires || this.#heard.size > 0) && changes.some(({ status }) => isFinal(status))) this.#rounds.wake();
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Settles when the facts in hand are told. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  // While the ledger is away no job ends; the next look finds what was left.
  async #look(): Promise<void> {
    try {
      this.#fires = false;
      await this.#repeat(() => this.#fire());
      await this.#repeat(() => this.#tell());
    } catch (error) {
      this.#parts.telemetry.emit('facts.waiting', { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @param step returns whether there may be more */
  async #repeat(step: () => Promise<boolean>): Promise<void> {
    let more = true;
    while (more && this.#rounds.running) more = await step();
  }

  async #fire(): Promise<boolean> {
    const facts = await this.#parts.events.takeFacts(AT_ONCE);
    this.#fires ||= facts > 0;
    return facts === AT_ONCE;
  }

  /** Returns whether there may be more that can be told now. */
  async #tell(): Promise<boolean> {
    const { facts, publisher } = this.#parts;
    if (!publisher.ready) return false;
    const noted = await facts.next(AT_ONCE);
    const told: NotedFact[] = [];
    const failed: NotedFact[] = [];
    for (const type of new Set(noted.map((fact) => fact.type))) {
      const ofType = noted.filter((fact) => fact.type === type);
      const telling = await this.#tellAll(ofType, type);
      told.push(...telling.told);
      failed.push(...telling.failed);
    }
    if (told.length > 0) await facts.confirm(idsOf(told));
    if (failed.length > 0) await facts.release(idsOf(failed));
    return failed.length === 0 && told.length > 0 && noted.length === AT_ONCE;
  }

  /** Tells facts of one type, but those that another gateway has in hand. Only what is published is claimed. */
  async #tellAll(noted: readonly NotedFact[], type: string): Promise<Telling> {
    const told: NotedFact[] = [];
    let rest = noted;
    while (rest.length > 0) {
      const some = this.#heard.has(type) ? rest : rest.slice(0, 1);
      const claimed = await this.#parts.facts.claim(some);
      if (claimed.length === 0) break;
      const answers = await this.#publishAll(claimed, type);
      told.push(...claimed.filter((fact) => !answers.failed.includes(fact)));
      if (answers.failed.length > 0) return { told, failed: answers.failed };
      if (answers.heard === 0 && answers.unheard > 0) return { told: noted, failed: [] };
      rest = rest.slice(some.length); // of those that are deleted nothing was asked
    }
    return { told, failed: [] };
  }

  async #publishAll(
    noted: readonly NotedFact[],
    type: string,
  ): Promise<{ readonly heard: number; readonly unheard: number; readonly failed: readonly NotedFact[] }> {
    const { facts, telemetry } = this.#parts;
    const told = await facts.read(noted);
    const answers = new Map(await Promise.all(told.map(async (fact) => [fact.id, await this.#publish(fact)] as const)));
    const withAnswer = (wanted: Answer): NotedFact[] => noted.filter(({ id }) => answers.get(id) === wanted);
    const [heard, unheard, failed] = [withAnswer('heard').length, withAnswer('unheard').length, withAnswer('failed')];
    if (heard > 0) {
      this.#heard.add(type);
      telemetry.emit('facts.told', { count: heard });
    } else if (unheard > 0) this.#heard.delete(type);
    return { heard, unheard, failed };
  }

  async #publish({ name, tenant, type, data, endedAt }: Fact): Promise<Answer> {
    const { publisher, names } = this.#parts;
    const event = ownEvent({ eventId: name, tenant, type, payload: data, receivedAt: endedAt });
    try {
      await publisher.publish({ exchange: names.events, mandatory: 'asks', ...event });
      return 'heard';
    } catch (error) {
      return error instanceof PublishError && error.code === 'returned' ? 'unheard' : 'failed';
    }
  }
}

function idsOf(noted: readonly NotedFact[]): string[] {
  return noted.map(({ id }) => id);
}
