import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { QueryReader } from '../http/query.js';
import { type History, type HistoryFrame, HistoryStore } from '../ledger/history-store.js';
import { Described } from '../openapi/described.js';

const HOUR: HistoryFrame = { stepMs: 60_000, steps: 60 };
const FRAMES = new Map<string, HistoryFrame>([
  ['hour', HOUR],
  ['day', { stepMs: 900_000, steps: 96 }],
]);

/** What has ended in the queues, over time. */
@Controller('v1/throughput')
@RequireScope('admin')
export class ThroughputController {
  constructor(private readonly histories: HistoryStore) {}

  @Get()
  @Described({
    summary: 'Count the jobs that have ended, by queue and over time',
    description: 'Sixty minutes, or ninety-six quarters of an hour; the last one is still going on.',
    query: { over: '`hour` or `day`; `hour` without it.' },
    status: 200,
    answer: 'Throughput',
    problems: [422, 503],
  })
  async show(@Query() parameters: unknown): Promise<History> {
    const query = new QueryReader(parameters);
    const frame = query.parsed('over', (over) => FRAMES.get(over), 'hour or day') ?? HOUR;
    query.done();
    return this.histories.latest(frame);
  }
}
