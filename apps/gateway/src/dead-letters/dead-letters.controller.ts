import { Controller, Delete, Get, HttpCode, Param, Query, Req } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Attempt } from '#libs/contracts';
import { actionIsAbout } from '../actions/action-object.js';
import { RequireScope } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { OptionalJsonBody } from '../http/json-body.js';
import { type Page, pageOf } from '../http/page.js';
import { invalidField, missing } from '../http/problem.js';
import { DeadLetterStore } from '../ledger/dead-letter-store.js';
import { JobStore } from '../ledger/job-store.js';
import { Described, paged } from '../openapi/described.js';
import {
  LETTER_FILTERS,
  listPosition,
  proveSelection,
  PURGE_REQUEST,
  readLetterFilter,
  readLetterQuery,
} from './letter-selection.js';
import { LetterView, type ShownDeadLetter } from './letter-view.js';
import { purge, type Purged } from './purge.js';

/** Letters that died of the same, as they are shown. */
interface ShownGroup {
  readonly queue: string;
  readonly task: string | null;
  readonly errorCode: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** Failed jobs, and messages that are no job's. */
@Controller('v1/dead-letters')
@RequireScope('admin')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetterStore,
    private readonly jobs: JobStore,
    private readonly view: LetterView,
  ) {}

  @Get()
  @Described({
    summary: 'List dead letters, newest first',
    description: 'Failed jobs, and messages that could not be read or that the broker itself has dead-lettered.',
    query: paged(LETTER_FILTERS),
    status: 200,
    answer: 'DeadLetterPage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownDeadLetter>> {
    const { filter, page } = readLetterQuery(parameters);
    const rows = await this.letters.list(filter, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, listPosition, (record) => this.view.shown(record));
  }

  @Get('groups')
  @Described({
    summary: 'Count dead letters by queue, task and error code, the most first',
    query: LETTER_FILTERS,
    status: 200,
    answer: 'DeadLetterGroups',
    problems: [422],
  })
  async groups(@Query() parameters: unknown): Promise<Page<ShownGroup>> {
    const groups = await this.letters.groups(readLetterFilter(parameters));
    const data = groups.map(({ firstAt, lastAt, ...group }) => ({
      ...group,
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
    }));
    return { data, nextCursor: null };
  }

  @Get(':id')
  @Described({
    summary: 'Show a dead letter with every run of its job',
    status: 200,
    answer: 'DeadLetterWithAttempts',
    problems: [404],
  })
  async show(@Param('id') id: string): Promise<ShownDeadLetter & { readonly attempts: readonly Attempt[] }> {
    const record = await this.letters.find(pathId('dead letter', id));
    if (record === undefined) throw missing('dead letter', id);
    const attempts = record.jobId === null ? [] : await this.jobs.attempts(record.jobId);
    return { ...this.view.shown(record), attempts };
  }

  @Delete()
  @Described({
    summary: 'Purge dead letters; their jobs stay failed',
    description:
      'Which ones is said in the query or in the body. When complete is false, there were too many for one call: repeat it.',
    query: LETTER_FILTERS,
    body: PURGE_REQUEST.schema,
    status: 200,
    answer: 'PurgedDeadLetters',
    problems: [400, 413, 415, 422],
  })
  @HttpCode(200)
  async remove(
    @Query() parameters: unknown,
    @OptionalJsonBody() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<Purged> {
    const inQuery = readLetterFilter(parameters);
    if (body !== undefined && Object.keys(inQuery).length > 0) {
      throw invalidField(
        Object.keys(inQuery)[0] ?? 'queue',
        'stands in the query while there is a body: use one of them',
      );
    }
    const selection = body === undefined ? inQuery : PURGE_REQUEST.read(body);
    proveSelection(selection);
    actionIsAbout(request, selection);
    return purge(this.letters, selection);
  }
}
