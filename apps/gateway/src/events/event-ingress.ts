import { type Delivery, type SubscriberOptions } from '#libs/broker';
import { checkVersion, EVENT_TYPE_FORM, isEventType, isStorableText, LIMITS } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { isFactType } from '../facts/fact-type.js';
import { parseJson } from '../http/parse-json.js';
import { Problem } from '../http/problem.js';
import { MessageIntake, type MessageIntakeParts, type Refusal } from '../ingress/message-intake.js';
import { blamesContent } from '../ledger/database.js';
import { EVENT_LETTERS } from '../ledger/dead-letter.js';
import { type NewEvent } from '../ledger/event-row.js';
import { type EventStore } from '../ledger/event-store.js';
import { TOLD_BY_US } from './event-request.js';
import { isOwnEvent } from './own-events.js';

export interface EventIngressParts extends MessageIntakeParts {
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly events: Pick<EventStore, 'take'>;
}

/** A message that is an event, or why it is none. */
type ReadEvent =
  { readonly ok: true; readonly event: Pick<NewEvent, 'type' | 'data'> } | ({ readonly ok: false } & Refusal);

/** Takes in events that services publish to the broker and that a trigger may want. Those of gateways are in the ledger already. */
export class EventIngress {
  readonly #messages: MessageIntake;

  constructor(parts: EventIngressParts) {
    this.#messages = new MessageIntake(parts, {
      queue: parts.names.eventTriggers,
      where: 'events',
      setup: parts.setup,
      begin: (delivery, tenant) => {
        const uid = uuidv7();
        const names = { uid, tenant, id: nameOf(delivery) ?? uid };
        return () => enter(delivery, names, parts.events);
      },
      letterOf: ({ body }) => ({ domain: EVENT_LETTERS, body, masked: false }),
    });
  }

  start(): void {
    this.#messages.start();
  }

  /** Takes no more, and settles when what was taken is entered and acknowledged. */
  async stop(): Promise<void> {
    await this.#messages.stop();
  }
}

async function enter(
  delivery: Delivery,
  names: Pick<NewEvent, 'uid' | 'tenant' | 'id'>,
  events: EventIngressParts['events'],
): Promise<Refusal | undefined> {
  if (isOwnEvent(delivery)) return undefined;
  const read = readEventMessage(delivery);
  if (!read.ok) return read;
  try {
    await events.take({ ...names, ...read.event, toPublish: false });
    return undefined;
  } catch (error) {
    if (blamesContent(error)) return { code: 'invalid_event', reason: 'The ledger cannot store the event.' };
    throw error;
  }
}

function nameOf({ properties: { messageId } }: Delivery): string | undefined {
  return messageId === '' ? undefined : messageId;
}

/** The routing key is the event's type, the body its data, the message id its id. */
function readEventMessage({ properties, body, routingKey }: Delivery): ReadEvent {
  const version = checkVersion(properties.headers);
  if (!version.ok) return version;
  if (!isEventType(routingKey)) {
    return { ok: false, code: 'not_an_event_type', reason: `Expected as key ${EVENT_TYPE_FORM}; got "${routingKey}".` };
  }
  if (isFactType(routingKey)) {
    return {
      ok: false,
      code: 'reserved_event_type',
      reason: `Expected another key than "${routingKey}": ${TOLD_BY_US}.`,
    };
  }
  const { messageId = '' } = properties;
  if (messageId.length > LIMITS.key || !isStorableText(messageId)) {
    return { ok: false, code: 'invalid_event', reason: `Expected a message id of at most ${LIMITS.key} characters.` };
  }
  if (body.byteLength > LIMITS.eventData) {
    const reason = `Expected at most ${LIMITS.eventData} bytes, got ${body.byteLength}. Put what is larger into a file.`;
    return { ok: false, code: 'event_too_large', reason };
  }
  try {
    return { ok: true, event: { type: routingKey, data: JSON.stringify(parseJson(body)) } };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, code: 'unreadable_message', reason: error.message };
    throw error;
  }
}
