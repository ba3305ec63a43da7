import { randomUUID } from 'node:crypto';
import { type Options } from 'amqplib';
import { VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { testEnvironment } from '../../support/test-environment.js';

export interface PoisonMessage {
  readonly exchange: string;
  readonly key: string;
  readonly body: Buffer;
  readonly options: Options.Publish;
}

const BODIES: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('not JSON'),
  Buffer.from('null'),
  Buffer.from('"text"'),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from('{"a\\u0000b":"\\ud800"}'),
  Buffer.from('{"__proto__":{"admin":true}}'),
  Buffer.from(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
  Buffer.alloc(1_000_000, 'x'),
];

const NEWER = { [VERSION_HEADER]: WIRE_VERSION + 1 };

const WORK_QUEUE = `lab.${testEnvironment().queueType}-1`;

/** Exchanges and keys by which something reaches somebody who reads. */
const WAYS: readonly (readonly [exchange: string, key: string])[] = [
  ['leveret.jobs', 'lab.script'],
  ['leveret.jobs', '..'],
  ['leveret.work', `${WORK_QUEUE}.script`],
  ['leveret.work', `${WORK_QUEUE}.probe`],
  ['leveret.delay', 'nowhere'],
  ['leveret.delay.end', `${WORK_QUEUE}.script`],
  ['leveret.status', 'lab.report'],
  ['leveret.status', 'lab.progress'],
  ['leveret.status', 'lab.heartbeat'],
  ['leveret.status', 'lab.announce'],
  ['leveret.control', ''],
  ['leveret.dead', 'lab.broker'],
];

/** Messages that nobody should send, by every way in: bodies, properties and headers that are wrong in one thing or all. */
export function poisonMessages(): readonly PoisonMessage[] {
  const bodies = WAYS.flatMap(([exchange, key]) => BODIES.map((body) => ({ exchange, key, body, options: {} })));
  const others = WAYS.flatMap(([exchange, key]) =>
    [
      { headers: NEWER },
      { headers: { [VERSION_HEADER]: 'one' } },
      { messageId: 'no uuid', type: 'lab.noop', headers: workHeaders() },
      { messageId: randomUUID(), type: 'No Task', headers: workHeaders() },
      { messageId: randomUUID(), type: 'lab.noop', headers: { ...workHeaders(), 'x-run': -1, 'x-attempt': 'many' } },
      { messageId: randomUUID(), type: 'probe', contentType: 'text/plain', expiration: '60000' },
    ].map((options) => ({ exchange, key, body: Buffer.from('{}'), options })),
  );
  return [...bodies, ...others, ...forgedReports()];
}

function workHeaders(): object {
  return {
    [VERSION_HEADER]: WIRE_VERSION,
    'x-run': 1,
    'x-attempt': 1,
    'x-max-attempts': 1,
    'x-tenant': 'default',
    'x-timeout': 1_000,
    'x-schema': null,
    'x-created-at': new Date().toISOString(),
    'x-metadata': '{}',
    traceparent: null,
  };
}

/** Reports of a job that nobody has, and reports that are none. */
function forgedReports(): readonly PoisonMessage[] {
  const about = { job: randomUUID(), run: 1, worker: 'lab@nowhere' };
  const ended = {
    ...about,
    type: 'ended',
    attempt: 1,
    startedAt: new Date().toISOString(),
    durationMs: 1,
    outcome: { kind: 'done', result: 'a\0b\ud800' },
  };
  const bodies = [
    [ended],
    [ended, { type: 'nonsense' }, null, 7],
    [{ ...ended, run: Number.MAX_SAFE_INTEGER, outcome: { kind: 'other' } }],
    [{ ...about, type: 'returned', reason: 'redelivered' }],
    { ...ended },
  ];
  return bodies.map((body) => ({
    exchange: 'leveret.status',
    key: 'lab.report',
    body: Buffer.from(JSON.stringify(body)),
    options: {},
  }));
}
