import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { later } from './problem.js';
import { sendProblem } from './problem.filter.js';

/**
 * Longer than any single wait for the database; several of them in a row are cut short here. A gateway that has much to do may be a
 * second late with it.
 */
const ANSWER_WITHIN_MS = 9_000;
const RETRY_SECONDS = 2;

/**
 * Sees to it that a call is answered within ten seconds of its last byte, whatever it waits for. What it has begun goes on
 * by itself, within the limits that it has. Uploads and downloads take as long as they take.
 */
export function limitAnswers(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/v1/') && !request.url.startsWith('/v1/files')) limitAnswer(request, reply);
  });
}

function limitAnswer({ raw }: FastifyRequest, reply: FastifyReply): void {
  let limit: NodeJS.Timeout | undefined;
  const begin = (): void => {
    limit = setTimeout(() => void answer(reply), ANSWER_WITHIN_MS).unref();
  };
  if (bodyFollows(raw.headers)) raw.once('end', begin);
  else begin();
  reply.raw.once('close', () => clearTimeout(limit));
}

async function answer(reply: FastifyReply): Promise<void> {
  if (reply.sent || reply.raw.headersSent) return;
  const detail = 'The gateway could not answer in time. What was asked for may have been done all the same.';
  await sendProblem(reply, later(503, detail, RETRY_SECONDS, 'too_slow'));
}

function bodyFollows(headers: FastifyRequest['raw']['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
