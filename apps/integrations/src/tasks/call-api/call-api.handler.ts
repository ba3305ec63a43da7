import { Readable } from 'node:stream';
import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type StartOptions, Task, TaskController } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';
import { type WholeAnswer } from '#libs/egress';
import { addressWithin } from '../../connections/address-within.js';
import { type Connection } from '../../connections/connection.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { Connections } from '../../connections/connections.js';
import { openConnections } from '../../connections/load-connections.js';
import { answerError, DEFAULT_STATUS_RULES } from '../../outgoing/answer-error.js';
import { callHeaders } from '../../outgoing/call-headers.js';
import { type Judged, Outgoing } from '../../outgoing/outgoing.js';
import { wholeUrl } from '../../outgoing/whole-url.js';
import { answerContent } from './answer-content.js';
import { CallApiPayload } from './call-api.payload.js';
import { checkContent, isExpectedStatus } from './expectation.js';
import { checkHeaderNames, leavesConnectionsTheirHeaders } from './header-rules.js';
import { requestBody } from './request-body.js';

const MOST_REDIRECTS = 3;

/** What an `integrations.call-api` job results in. */
export interface CallApiResult {
  readonly status: number;
  /** Its JSON or text; null when it is empty or in a file. */
  readonly body: unknown;
  /** The body, when it is neither JSON nor text or too large for a result. */
  readonly file?: FileReference;
}

/** `integrations.call-api`: one call to an HTTP API of others. */
@TaskController('integrations')
export class CallApiHandler {
  constructor(
    private readonly connections: Connections,
    private readonly calls: ConnectionCalls,
    private readonly outgoing: Outgoing,
  ) {}

  @Task('call-api', {
    payload: CallApiPayload,
    description: 'Calls an HTTP API, directly or through a connection of the operator.',
    example: { method: 'POST', url: 'https://api.example.com/orders', body: { order: 17 } },
    maxTimeout: '25m',
    atStart,
  })
  async callApi(@Payload() payload: CallApiPayload, @Ctx() job: JobContext): Promise<CallApiResult> {
    const { connection: name, expect } = payload;
    const connection = name === undefined ? undefined : this.connections.get(name, job.tenant);
    const answer = await this.#exchange(payload, connection, job);
    if (!isExpectedStatus(answer.status, expect)) throw answerError(answer, connection ?? DEFAULT_STATUS_RULES);
    return resultOf(answer, payload, job);
  }

  async #exchange(
    payload: CallApiPayload,
    connection: Connection | undefined,
    job: JobContext,
  ): Promise<Judged<WholeAnswer>> {
    const { method = 'GET', headers = {}, body } = payload;
    checkHeaderNames(Object.keys(headers));
    const { headers: ofBody, content } = await requestBody(body, job.files);
    try {
      const call = {
        ...{ method, url: addressOf(payload, connection), signal: job.signal, job, redirects: MOST_REDIRECTS },
        headers: { ...ofBody, ...callHeaders(job), ...inLowerCase(headers) },
        ...(content === undefined ? {} : { body: content }),
      };
      return await (connection === undefined ? this.outgoing.exchange(call) : this.calls.exchange(connection, call));
    } finally {
      if (content instanceof Readable) content.destroy();
    }
  }
}

function addressOf({ url, method = 'GET', query = {} }: CallApiPayload, connection: Connection | undefined): string {
  const address = connection === undefined ? wholeUrl(url) : addressWithin(connection, method, url);
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, String(value));
  return address.href;
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function resultOf(answer: WholeAnswer, payload: CallApiPayload, job: JobContext): Promise<CallApiResult> {
  const { status, body } = answer;
  const contentType = answer.headers['content-type'] ?? '';
  const content = answerContent(body, contentType);
  checkContent(content.kind === 'json' ? content.value : undefined, payload.expect);
  if (content.kind === 'none') return { status, body: null };
  if (content.kind === 'text') return { status, body: content.text };
  if (content.kind === 'json' && content.shown) return { status, body: content.value };
  const about = { filename: 'answer', contentType: contentType === '' ? 'application/octet-stream' : contentType };
  return { status, body: null, file: await job.files.save('answer', Readable.from([body]), about) };
}

async function atStart(): Promise<StartOptions> {
  return { schema: leavesConnectionsTheirHeaders(openConnections().headerNames) };
}
