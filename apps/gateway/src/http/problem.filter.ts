import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Telemetry } from '#libs/observability';
import { StorageFullError, StorageUnavailableError } from '#libs/storage';
import { JobUnconfirmedError, LedgerBusyError } from '../ledger/acceptance-error.js';
import { LedgerUnavailableError } from '../ledger/database.js';
import { IdempotencyError } from '../ledger/idempotency.js';
import { OutboxFullError } from '../ledger/outbox-room.js';
import { invalidField, later, Problem, PROBLEM_TYPE } from './problem.js';
import { type Routes } from './routes.js';
import { dropUnread } from './unread-body.js';

const RETRY_SECONDS = 2;
/** A disk is not emptied in a moment. */
const STORAGE_RETRY_SECONDS = 60;

/** Turns whatever was thrown into an RFC 9457 answer. What nobody foresaw is logged and answered without its insides. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: Routes,
    private readonly telemetry: Telemetry,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    await sendProblem(http.getResponse<FastifyReply>(), this.#problemOf(error, request));
  }

  #problemOf(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof IdempotencyError) return keyProblem(error);
    const passing = passingProblem(error);
    if (passing !== undefined) {
      if (error instanceof StorageUnavailableError) this.#tell(error, request, 503);
      return passing;
    }
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status === 404) return this.#unrouted(request);
    if (status !== undefined && status < 500) return new Problem(status, sentenceOf(error));
    this.#tell(error, request, 500);
    return new Problem(500, 'Something went wrong in the gateway; the log has it under the requestId.', {
      requestId: request.id,
    });
  }

  #tell(error: unknown, { method, url, id }: FastifyRequest, status: number): void {
    const [path = '/'] = url.split('?');
    this.telemetry.emit('request.failed', { method, path, requestId: id, status, error });
  }

  #unrouted(request: FastifyRequest): Problem {
    const [path = '/'] = request.url.split('?');
    const methods = this.routes.methodsOf(path);
    if (methods.length === 0) return new Problem(404, 'There is nothing at this address.');
    const allow = methods.join(', ');
    return new Problem(405, `Expected one of ${allow}, got ${request.method}.`, { headers: { allow } });
  }
}

/** Why an Idempotency-Key does not give its request an answer. */
function keyProblem({ reason, message }: IdempotencyError): Problem {
  if (reason === 'other_request') return invalidField('Idempotency-Key', message);
  if (reason === 'deleted') return new Problem(410, message);
  return new Problem(409, message, { headers: { 'retry-after': '1' }, code: 'idempotency_key_in_use' });
}

/** 503 for what passes by itself, saying whether anything was done; undefined for other errors. */
function passingProblem(error: unknown): Problem | undefined {
  if (error instanceof OutboxFullError) {
    const detail = 'Too many jobs wait for the broker. This one was not taken: send it again later.';
    return later(503, detail, error.retrySeconds, 'outbox_full');
  }
  if (error instanceof LedgerBusyError) {
    return later(503, 'Too many jobs wait to be stored. This one was not taken.', RETRY_SECONDS, 'ledger_busy');
  }
  if (error instanceof JobUnconfirmedError) {
    const detail =
      'The ledger did not confirm the job in time. It may have been taken all the same: sent again without its ' +
      'Idempotency-Key, it may run twice.';
    return later(503, detail, RETRY_SECONDS, 'job_unconfirmed');
  }
  if (error instanceof LedgerUnavailableError) {
    return later(503, 'The ledger is out of reach. Try again.', RETRY_SECONDS, 'ledger_unavailable');
  }
  if (error instanceof StorageFullError) {
    return later(503, 'The file storage is full. Nothing was kept.', STORAGE_RETRY_SECONDS, 'storage_full');
  }
  if (error instanceof StorageUnavailableError) {
    return later(503, 'The file storage cannot be used now. Try again.', RETRY_SECONDS, 'storage_unavailable');
  }
  return undefined;
}

/** Writes a problem as the answer, readable by a client that is still sending its body. */
export async function sendProblem(reply: FastifyReply, problem: Problem): Promise<void> {
  const { raw } = reply.request;
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  await dropUnread(raw, !reply.raw.shouldKeepAlive);
  for (const name of ['content-length', 'content-range', 'content-disposition', 'etag']) reply.removeHeader(name);
  await reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(problem.details);
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : undefined;
}

/** The framework's own messages of refused requests carry no insides. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'The request was refused';
  return message.endsWith('.') ? message : `${message}.`;
}
