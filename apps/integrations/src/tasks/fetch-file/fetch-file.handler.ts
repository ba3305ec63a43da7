import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, PermanentError, Task, TaskController } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';
import { type Answer } from '#libs/egress';
import { addressWithin } from '../../connections/address-within.js';
import { ConnectionCalls } from '../../connections/connection-calls.js';
import { Connections } from '../../connections/connections.js';
import { DEFAULT_STATUS_RULES } from '../../outgoing/answer-error.js';
import { callHeaders } from '../../outgoing/call-headers.js';
import { type Judged, Outgoing } from '../../outgoing/outgoing.js';
import { wholeUrl } from '../../outgoing/whole-url.js';
import { Download, type FileSource } from './download.js';
import { DEFAULT_MAX_BYTES, FetchFilePayload } from './fetch-file.payload.js';
import { isOfType } from './file-head.js';

const MOST_REDIRECTS = 3;
/** The time-out of the job is the time for a whole file; this is more than any. */
const TOTAL_MS = 24 * 3_600_000;

/** What an `integrations.fetch-file` job results in. */
export interface FetchFileResult {
  readonly file: FileReference;
}

/** `integrations.fetch-file`: a file from a server of others, into the storage. */
@TaskController('integrations')
export class FetchFileHandler {
  constructor(
    private readonly connections: Connections,
    private readonly calls: ConnectionCalls,
    private readonly outgoing: Outgoing,
  ) {}

  @Task('fetch-file', {
    payload: FetchFilePayload,
    description: 'Fetches a file by HTTP into the storage; goes on where a broken download stopped.',
    example: { url: 'https://example.com/catalogue.pdf', contentTypes: ['application/pdf'] },
    timeout: '15m',
    maxTimeout: '25m',
  })
  async fetchFile(@Payload() payload: FetchFilePayload, @Ctx() job: JobContext): Promise<FetchFileResult> {
    const download = await Download.begin(this.#sourceOf(payload, job));
    const { head } = download;
    const { contentTypes, filename = head.filename } = payload;
    if (contentTypes !== undefined && !isOfType(head.contentType, contentTypes)) {
      download.abandon();
      throw new PermanentError('unexpected_type', `Expected ${contentTypes.join(' or ')}, got ${head.contentType}.`);
    }
    const content = Readable.from(told(checked(download.content(), payload), head.size, job), { objectMode: false });
    try {
      return { file: await job.files.save('file', content, { filename, contentType: head.contentType }) };
    } finally {
      // What is not stored is not read to its end, and would keep its connection.
      content.destroy();
      download.abandon();
    }
  }

  #sourceOf({ url, connection: name, maxBytes = DEFAULT_MAX_BYTES }: FetchFilePayload, job: JobContext): FileSource {
    const connection = name === undefined ? undefined : this.connections.get(name, job.tenant);
    const address = connection === undefined ? wholeUrl(url) : addressWithin(connection, 'GET', url);
    const send = (headers: Readonly<Record<string, string>>): Promise<Judged<Answer>> => {
      const call = {
        ...{ method: 'GET', url: address.href, signal: job.signal, job, redirects: MOST_REDIRECTS },
        // Ranges are those of what is sent: packed, it could not be gone on with.
        headers: { ...callHeaders(job), 'accept-encoding': 'identity', ...headers },
        limits: { maxBytes, totalMs: TOTAL_MS },
      };
      return connection === undefined ? this.outgoing.open(call) : this.calls.open(connection, call);
    };
    const { signal, log } = job;
    return { ...{ url: address.href, maxBytes, signal, log, send }, rules: connection ?? DEFAULT_STATUS_RULES };
  }
}

/** @throws PermanentError `unexpected_checksum` instead of ending, when the content is not the one that the job names */
async function* checked(content: AsyncIterable<Buffer>, { sha256 }: FetchFilePayload): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    if (sha256 !== undefined) hash.update(chunk);
    yield chunk;
  }
  if (sha256 === undefined || hash.digest('hex') === sha256) return;
  throw new PermanentError('unexpected_checksum', `The file has not the SHA-256 ${sha256}.`);
}

async function* told(
  content: AsyncIterable<Buffer>,
  size: number | undefined,
  job: JobContext,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    void job.progress(percentOf(bytes, size), `${bytes} of ${size ?? 'unknown'} bytes`);
    yield chunk;
  }
}

function percentOf(bytes: number, size: number | undefined): number {
  return size === undefined || size === 0 ? 0 : (bytes / size) * 100;
}
