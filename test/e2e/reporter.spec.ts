import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { type BrokerLink, brokerNames, Publisher, Reporter } from '#libs/broker';
import { type Ended, type ProgressReport, type Report, type TellingReport } from '#libs/contracts';
import { linkTo } from '../support/broker-link.js';
import { eventually } from '../support/eventually.js';
import { SuiteServers } from '../support/suite-servers.js';

jest.setTimeout(60_000);

const NAMES = brokerNames('leveret');
const ABOUT = { run: 1, worker: 'lab@test' } as const;

describe('the reporter of an app', () => {
  let servers: SuiteServers;
  let connection: ChannelModel;
  let link: BrokerLink;
  let publisher: Publisher;
  let reporter: Reporter;
  let heard: (Report | TellingReport)[];

  beforeEach(async () => {
    servers = await SuiteServers.make({});
    connection = await connect(servers.rabbitmqUrl);
    const channel = await connection.createChannel();
    await channel.assertExchange(NAMES.status, 'topic');
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, NAMES.status, 'lab.#');
    heard = [];
    const hear = (body: Buffer): void => void heard.push(...(JSON.parse(body.toString()) as typeof heard));
    await channel.consume(queue, (message) => message && hear(message.content), { noAck: true });
    link = linkTo(servers.rabbitmqUrl);
    publisher = new Publisher(link, 'reports');
    reporter = new Reporter(publisher, NAMES, 'lab');
    link.open();
    publisher.start();
    await publisher.whenReady();
  });

  afterEach(async () => {
    reporter.stop();
    await publisher.stop();
    await link.close();
    await connection.close();
    await servers.discard();
  });

  it('sends the end of a run in the place of progress that waits, and progress of others', async () => {
    reporter.tell(progress('one'));
    reporter.tell(progress('two'));
    await reporter.report(ended('one'));
    await eventually('progress of the other', () => heard.some(({ type }) => type === 'progress') || undefined);
    expect(heard).toEqual([ended('one'), progress('two')]);
  });
});

function progress(job: string): ProgressReport {
  return { ...ABOUT, type: 'progress', job, seq: 1, percent: 10, message: null };
}

function ended(job: string): Ended {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 5 };
  return { ...ABOUT, type: 'ended', job, attempt: 1, ...times, outcome: { kind: 'done', result: null } };
}
