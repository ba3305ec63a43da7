import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { type Telemetry } from '#libs/observability';
import { RequireScope } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { JsonBody } from '../http/json-body.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { conflict, invalidField, missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { readPosition } from '../http/time-position.js';
import { RedriveStore } from '../ledger/redrive-store.js';
import { Described, paged } from '../openapi/described.js';
import { TELEMETRY } from '../tokens.js';
import { listPosition, proveSelection, REDRIVE_REQUEST, type RedriveRequest } from './letter-selection.js';
import { RedriveNow, type RedrivenNow } from './redrive-now.js';
import { shownRedrive, type ShownRedrive } from './redrive-view.js';

const CANARY = 3;
const RATE = 10;

/** Sends dead jobs out again. */
@Controller('v1/dead-letters')
@RequireScope('admin')
export class RedrivesController {
  constructor(
    private readonly now: RedriveNow,
    private readonly redrives: RedriveStore,
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
  ) {}

  @Post('redrive')
  @Described({
    summary: 'Redrive dead letters',
    description:
      'Letters that are named are redriven at once, and counted in the answer. All of a queue, task or error code are redriven ' +
      'in the background: a few first, and when these have ended the others at a set rate. Such a redrive stops by itself when ' +
      'a job fails again of what it had died of. A redrive is a retry: attempts go on counting.',
    body: REDRIVE_REQUEST.schema,
    status: 202,
    answer: { oneOf: [{ $ref: '#/components/schemas/RedrivenNow' }, { $ref: '#/components/schemas/Redrive' }] },
    problems: [400, 409, 413, 415, 422],
  })
  @HttpCode(202)
  async redrive(
    @JsonBody() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RedrivenNow | ShownRedrive> {
    const { canary, rate, ...selection } = REDRIVE_REQUEST.read(body);
    proveSelection(selection);
    const paced = canary !== undefined || rate !== undefined;
    if (selection.ids !== undefined && paced) {
      throw invalidField(canary === undefined ? 'rate' : 'canary', 'is for jobs: name jobIds instead of ids');
    }
    const named = selection.ids !== undefined || selection.jobIds !== undefined;
    return named && !paced ? this.#atOnce(selection) : this.#inBackground({ ...selection, canary, rate }, reply);
  }

  @Get('redrives')
  @Described({
    summary: 'List redrives, newest first',
    query: paged(),
    status: 200,
    answer: 'RedrivePage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownRedrive>> {
    const query = new QueryReader(parameters);
    const { limit, after } = readPageRequest(query, readPosition);
    query.done();
    const rows = await this.redrives.list({ limit: limit + 1, after });
    return pageOf(rows, limit, listPosition, shownRedrive);
  }

  @Get('redrives/:id')
  @Described({ summary: 'Show a redrive', status: 200, answer: 'Redrive', problems: [404] })
  async show(@Param('id') id: string): Promise<ShownRedrive> {
    const redrive = await this.redrives.find(pathId('redrive', id));
    if (redrive === undefined) throw missing('redrive', id);
    return shownRedrive(redrive);
  }

  @Post('redrives/:id/stop')
  @Described({
    summary: 'Stop a redrive; jobs that it has sent out stay out',
    status: 202,
    answer: 'Redrive',
    problems: [404, 409],
  })
  @HttpCode(202)
  async stop(@Param('id') id: string): Promise<ShownRedrive> {
    const before = await this.show(id);
    const stopped = await this.redrives.end(before.id, 'stopped', 'Stopped by hand.');
    if (!stopped) throw conflict('redrive_ended', `The redrive has ended already: it is ${before.state}.`);
    this.telemetry.emit('redrive.ended', { redrive: id, state: 'stopped', reason: 'Stopped by hand.' });
    return this.show(id);
  }

  async #atOnce(selection: RedriveRequest): Promise<RedrivenNow> {
    const done = await this.now.redrive(selection);
    const [first] = done.refused;
    if (done.redriven === 0 && first !== undefined) {
      throw conflict('nothing_redriven', first.detail);
    }
    return done;
  }

  async #inBackground(
    { canary, rate = RATE, ...selection }: RedriveRequest,
    reply: FastifyReply,
  ): Promise<ShownRedrive> {
    const id = uuidv7();
    const redrive = await this.redrives.create({ id, selection, canary: canaries(canary), rate });
    this.telemetry.emit('redrive.started', { redrive: id, total: redrive.total });
    reply.header('location', `/v1/dead-letters/redrives/${id}`);
    return shownRedrive(redrive);
  }
}

function canaries(asked: boolean | number = true): number {
  if (typeof asked === 'number') return asked;
  return asked ? CANARY : 0;
}
