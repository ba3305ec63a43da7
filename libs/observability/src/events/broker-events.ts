import { event } from '../event-definition.js';

export interface Role {
  /** Which connection of which process: `gateway: publish`. */
  readonly role: string;
}
const CONNECTED = {
  kind: 'gauge',
  name: 'leveret_broker_connected',
  help: '1 while the connection to the broker is open.',
  labels: ['role'],
} as const;
const BLOCKED = {
  kind: 'gauge',
  name: 'leveret_broker_blocked',
  help: '1 while the broker takes no messages because it is short of memory or disk.',
  labels: ['role'],
} as const;
/** Connections, channels and messages. */
export const BROKER_EVENTS = {
  'broker.connected': event<Role>({
    level: 'info',
    message: 'Connected to the broker',
    moves: [{ ...CONNECTED, to: 1 }],
  }),
  'broker.disconnected': event<Role & { readonly reason: string }>({
    level: 'warn',
    message: 'No connection to the broker; trying again',
    moves: [
      { ...CONNECTED, to: 0 },
      { ...BLOCKED, to: 0 },
    ],
  }),
  'broker.blocked': event<Role & { readonly reason: string }>({
    level: 'warn',
    message: 'The broker takes no messages for now',
    moves: [{ ...BLOCKED, to: 1 }],
  }),
  'broker.unblocked': event<Role>({
    level: 'info',
    message: 'The broker takes messages again',
    moves: [{ ...BLOCKED, to: 0 }],
  }),
  'channel.closed': event<{ readonly channel: string; readonly reason: string }>({
    level: 'warn',
    message: 'A channel was closed; opening it again',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_channels_closed_total',
        help: 'Channels that the broker or an error closed.',
        labels: ['channel'],
      },
    ],
  }),
  'consumer.cancelled': event<{ readonly queue: string }>({
    level: 'warn',
    message: 'The broker cancelled a consumer; subscribing again',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_consumers_cancelled_total',
        help: 'Consumers that the broker cancelled.',
        labels: ['queue'],
      },
    ],
  }),
  'queue.found': event<{ readonly queue: string }>({
    level: 'info',
    message: 'Found a queue that the domain used before; it is emptied, then deleted',
  }),
  'queue.removed': event<{ readonly queue: string }>({
    level: 'info',
    message: 'Deleted a queue that the domain used before',
  }),
  'message.returned': event<{ readonly exchange: string; readonly key: string }>({
    level: 'warn',
    message: 'The broker returned a message: no queue takes its key',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_messages_returned_total',
        help: 'Messages that the broker could not route.',
        labels: ['exchange'],
      },
    ],
  }),
  'message.strayed': event<{ readonly job: string; readonly run: number }>({
    level: 'info',
    message: 'A delayed message came out when its queue was gone; its run is sent again',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_messages_strayed_total',
        help: 'Delayed messages that came out when their queue was gone.',
        labels: [],
      },
    ],
  }),
  'message.waiting': event<{ readonly where: string; readonly reason: string }>({
    level: 'warn',
    message: 'A message cannot be settled yet; trying again',
  }),
  'message.unreadable': event<{ readonly where: string; readonly code: string; readonly reason: string }>({
    level: 'warn',
    message: 'A message could not be read and was set aside',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_messages_unreadable_total',
        help: 'Messages that could not be read.',
        labels: ['where', 'code'],
      },
    ],
  }),
} as const;
