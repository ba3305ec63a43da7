import { type IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

const MAX_READING_MS = 30_000;

/**
 * Collects a request's body.
 * @throws Problem 413 as soon as it is known to be over the limit, 408 when it does not come within 30 s, 400 when it breaks off
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void): void => {
      clearTimeout(deadline);
      request.off('data', collect).off('end', finish).off('error', breakOff).off('close', breakOff);
      outcome();
    };
    const collect = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else settle(() => reject(tooLarge(maxBytes)));
    };
    const finish = (): void => settle(() => resolve(Buffer.concat(chunks, size)));
    const breakOff = (): void => settle(() => reject(new Problem(400, 'The body broke off before its end.')));
    const deadline = setTimeout(() => {
      settle(() => reject(new Problem(408, `Expected the whole body within ${MAX_READING_MS / 1_000} s.`)));
    }, MAX_READING_MS);
    request.on('data', collect).once('end', finish).once('error', breakOff).once('close', breakOff);
  });
}

/** 413, saying how much is taken. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `Expected a body of at most ${maxBytes} bytes, got more.`);
}
