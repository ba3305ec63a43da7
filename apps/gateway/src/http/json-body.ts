import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { LIMITS } from '#libs/contracts';
import { parseJson } from './parse-json.js';
import { Problem } from './problem.js';
import { readBody } from './read-body.js';

export const JSON_TYPE = 'application/json';

/**
 * The JSON body of a request, read and parsed only when the guards have let the request through. `parseJson` and `readBody`
 * say what is refused; another media type is 415.
 */
export const JsonBody = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readJson(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The same, of a request that may do without a body: undefined then. */
export const OptionalJsonBody = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return length === '0' && encoding === undefined ? undefined : readJson(request);
});

async function readJson(request: FastifyRequest): Promise<unknown> {
  mediaOf(request, [JSON_TYPE]);
  return parseJson(await readBody(request.raw, LIMITS.requestBody));
}

/**
 * The media type of a request's body.
 * @throws Problem 415 when it is none of those that are taken, not in UTF-8, or compressed
 */
export function mediaOf<T extends string>({ headers }: FastifyRequest, taken: readonly T[]): T {
  const { 'content-type': type, 'content-encoding': encoding } = headers;
  const given = (type ?? '').split(';')[0]?.trim().toLowerCase();
  const media = taken.find((one) => one === given);
  if (media === undefined) {
    throw new Problem(415, `Expected the Content-Type ${taken.join(' or ')}.`, {
      headers: { accept: taken.join(', ') },
    });
  }
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(type ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new Problem(415, 'Expected JSON in UTF-8.');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem(415, 'Expected a body without Content-Encoding: compressed bodies are not taken.');
  }
  return media;
}
