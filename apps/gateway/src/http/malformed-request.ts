import { type Socket } from 'node:net';
import { Problem, PROBLEM_TYPE } from './problem.js';

/** Answers bytes that are no HTTP request, which no route ever sees, and ends the connection. */
export function answerMalformedRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const body = JSON.stringify(problem.details);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.details.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem(431, 'The headers of the request are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem(408, 'The request did not come in time.');
  return new Problem(400, 'Expected an HTTP request, got bytes that are none.');
}
