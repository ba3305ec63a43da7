import { createTransport } from 'nodemailer';
// eslint-disable-next-line no-restricted-imports -- the app's own way to the server, measured without jobs around it
import { Mailer } from '../../apps/email/src/outgoing/mailer.js';
import { type BenchSuite, MAIL_CONNECTIONS } from '../bench-suite.js';
import { CostMeter, type Processes } from '../costs.js';
import { type Effort } from '../effort.js';
import { inLanes, numbersTo } from '../lanes.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';

const BARE = 'bare nodemailer';
const HTML = `<p>${'A paragraph of a mail. '.repeat(100)}</p>`;
const MAIL = { subject: 'News', html: HTML } as const;
const BATCH = 10_000;
/** As many as the app takes: none of the connections has to wait for a mail. */
const LANES = 2 * MAIL_CONNECTIONS;
/** Three of them decide about a mail. */
const ANSWER_MS = 50;
const SENDER = { name: 'Shop', address: 'shop@example.org', domain: 'example.org' } as const;

/** Mails to a server that costs no time, so that all processes of the suite and the server share the machine's cores. */
export const mails: Question = {
  ...{ title: 'Mails to an SMTP server on this machine', unit: 'mails/s', better: 'more' },
  ask: (suite, effort) => askWith(suite, effort, 0),
};

/** Mails to a server as far away as most are: what counts is how well the connections are kept busy. */
export const distantMails: Question = {
  title: `Mails to an SMTP server that takes ${ANSWER_MS} ms for an answer`,
  ...{ unit: 'mails/s', better: 'more' },
  ask: (suite, effort) => askWith(suite, effort, ANSWER_MS),
};

/** Mails of 2.5 kB to one sink: the library alone, the app's mailer, and jobs from the call to the last mail. */
async function askWith(suite: BenchSuite, { mails: count, runs }: Effort, answerMs: number): Promise<readonly Row[]> {
  const { sink } = suite;
  const bare = createTransport({ pool: true, host: '127.0.0.1', port: sink.port, maxConnections: MAIL_CONNECTIONS });
  const server = { host: '127.0.0.1', port: sink.port, secure: false, login: null };
  const mailer = new Mailer({ server, connections: MAIL_CONNECTIONS, from: SENDER, dkim: null, ca: null });
  const measured = (app: Processes, send: () => Promise<void>) => async (): Promise<Sample> => {
    const meter = new CostMeter({ caller: [process.pid], 'SMTP server': [sink.pid], ...app });
    return { value: await sink.rate({ count, answerMs }, send), also: meter.per('mail', count) };
  };
  try {
    const contenders = {
      [BARE]: measured({}, () => sendEach(count, (to) => bare.sendMail({ ...MAIL, from: SENDER.address, to }))),
      "the app's mailer": measured({}, () => sendEach(count, (to, id) => mailed(mailer, to, id))),
      'email.send, a batch': measured(suite.processesOf('gateway', 'email'), () => jobs(suite, count)),
    };
    return rowsOf(await roundRobin(contenders, runs), [BARE]);
  } finally {
    bare.close();
    mailer.onApplicationShutdown();
  }
}

function mailed(mailer: Mailer, to: string, id: string): Promise<unknown> {
  return mailer.send({ ...MAIL, id, to: [to] }, new AbortController().signal);
}

/** Keeps as many mails under way as the app does. */
function sendEach(count: number, send: (to: string, id: string) => Promise<unknown>): Promise<void> {
  return inLanes(numbersTo(count), LANES, (number) => send(`p${number}@example.net`, `mail-${number}`));
}

async function jobs(suite: BenchSuite, count: number): Promise<void> {
  for (let start = 0; start < count; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) => {
      return { task: 'email.send', payload: { ...MAIL, to: `p${start + index}@example.net` } };
    });
    await suite.leveret.worker.enqueueBatch(batch);
  }
}
