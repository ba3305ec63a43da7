import { type Delivery, type OutgoingMessage } from '#libs/broker';
import { VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { type EventEntry } from '../ledger/outbox.js';

/** The AMQP `app-id` of events that a gateway publishes. */
const OWN_APP_ID = 'leveret-gateway';

/** The message of an event that a gateway has taken in by HTTP, for those who listen: type, data and id are those of its sender. */
export function ownEvent(
  event: Pick<EventEntry, 'eventId' | 'tenant' | 'type' | 'payload' | 'receivedAt'>,
): Pick<OutgoingMessage, 'routingKey' | 'body' | 'properties'> {
  return {
    routingKey: event.type,
    body: Buffer.from(event.payload),
    properties: {
      messageId: event.eventId,
      type: event.type,
      contentType: 'application/json',
      appId: OWN_APP_ID,
      timestamp: Math.floor(event.receivedAt.getTime() / 1_000),
      headers: { [VERSION_HEADER]: WIRE_VERSION, 'x-tenant': event.tenant },
    },
  };
}

/** Whether a gateway has published the event: then the ledger has it already. */
export function isOwnEvent({ properties }: Pick<Delivery, 'properties'>): boolean {
  return properties.appId === OWN_APP_ID;
}
