import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Telemetry } from '#libs/observability';
import { type Caller, CurrentCaller, OpenToWatchToken, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { invalidField } from '../http/problem.js';
import { JobView } from '../jobs/job-view.js';
import { Described } from '../openapi/described.js';
import { TELEMETRY } from '../tokens.js';
import { Listeners } from './listeners.js';
import { LiveJobs } from './live-jobs.js';
import { sseText } from './sse-text.js';

const MAX_VERSION = 2 ** 31 - 1;
/** How long a stream that the gateway ends waits for its reader. */
const UNREAD_MS = 1_000;
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Proxies that gather answers would hold events back.
  'x-accel-buffering': 'no',
};

/** Live updates of one job over plain HTTP. */
@Controller('v1/jobs')
export class JobStreamController {
  constructor(
    private readonly live: LiveJobs,
    private readonly listeners: Listeners,
    private readonly view: JobView,
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
  ) {}

  @Get(':id/stream')
  @Described({
    summary: 'Follow a job to its end as server-sent events',
    description:
      'Events are status, progress and log; the present state comes first, as a status. Event ids are versions of the ' +
      'job: with Last-Event-ID every log line since comes too. The stream closes after a final status, whose event has ' +
      "the result or the error; lines that are late come up to a second after it. The job's watch token is taken as well.",
    headers: { 'last-event-id': 'The id of the last event that was received.' },
    status: 200,
    answer: { type: 'string' },
    answerType: 'text/event-stream',
    problems: [404, 422, 429],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  @OpenToWatchToken()
  async stream(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ending = new AbortController();
    const close = (): void => {
      ending.abort();
      // Who does not read would not notice the end of the events.
      setTimeout(() => reply.raw.destroy(), UNREAD_MS).unref();
    };
    const release = this.listeners.admit({ transport: 'sse', caller, close });
    reply.raw.once('close', () => {
      release();
      ending.abort();
    });
    const hearing = { withLog: caller.seesContents, since: readVersion(lastEventId), signal: ending.signal };
    const updates = await this.live.listen(id, caller, hearing);
    const text = sseText(updates, { view: this.view, viewer: caller }, () =>
      this.telemetry.emit('live.told', { transport: 'sse' }),
    );
    await reply.headers(STREAM_HEADERS).send(Readable.from(text, { highWaterMark: 1 }));
  }
}

/** @throws Problem 422 for what is no id of an event of ours */
function readVersion(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  const version = Number(lastEventId);
  if (/^\d{1,10}$/.test(lastEventId) && version <= MAX_VERSION) return version;
  throw invalidField('Last-Event-ID', 'must be the id of an event of this stream');
}
