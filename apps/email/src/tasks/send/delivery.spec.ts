import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobInMemory } from '#libs/consumer-testing';
import { SmtpSink } from '../../../spec/smtp-sink.js';
import { Mailer } from '../../outgoing/mailer.js';
import { Traffic } from '../../outgoing/traffic.js';
import { Delivery } from './delivery.js';

const MAIL = { to: ['ada@x.org'], subject: 'Hello', text: 'Hello' };

describe('Delivery', () => {
  let sink: SmtpSink;
  let mailer: Mailer;
  let delivery: Delivery;
  /** Whether the server ends the connection when it hears of the next mail. */
  let closes: () => boolean;

  beforeEach(async () => {
    closes = () => false;
    sink = await SmtpSink.open({
      toSender: () => {
        if (closes()) sink.cutOff();
        return undefined;
      },
    });
    const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
    const from = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' };
    mailer = new Mailer({ server, connections: 1, from, dkim: null, ca: null });
    delivery = new Delivery(mailer, new Traffic({ rates: { all: null, byDomain: new Map() }, connections: 1 }));
  });
  afterEach(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  it('sends over another connection when the server has closed the one that was kept', async () => {
    const job = jobInMemory();
    const file = job.give(Buffer.from('paid'), { filename: 'bill.txt' });
    await delivery.send(MAIL, [], job.context);
    let times = 0;
    closes = () => {
      times += 1;
      return times === 1;
    };
    expect(await delivery.send(MAIL, [{ file }], job.context)).toMatchObject({ accepted: ['ada@x.org'] });
    expect([sink.connections, sink.mails.length]).toEqual([2, 2]);
    expect(sink.mails[1]?.raw).toContain(Buffer.from('paid').toString('base64'));
  });

  it('gives up when the server does that again', async () => {
    const { context } = jobInMemory();
    await delivery.send(MAIL, [], context);
    closes = () => true;
    await expect(delivery.send(MAIL, [], context)).rejects.toMatchObject({ code: 'smtp_unreachable' });
    expect(sink.connections).toBe(2);
  });
});
