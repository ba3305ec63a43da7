// What a user of the stack asks its gateway for.
import { setTimeout as wait } from 'node:timers/promises';
import { check } from './check.mjs';
import { gatewayUrl, secrets } from './stack.mjs';

const FINAL = ['completed', 'failed', 'cancelled'];
const JOB_PATIENCE_MS = 60_000;

export function enqueue(task, payload) {
  return call('POST', '/v1/jobs', 'application/json', JSON.stringify({ task, payload }));
}

export function upload(filename, bytes) {
  return call('POST', `/v1/files?filename=${filename}`, 'application/octet-stream', bytes);
}

/** The job as it has completed. */
export async function ended({ id }) {
  const deadline = Date.now() + JOB_PATIENCE_MS;
  for (;;) {
    const job = await call('GET', `/v1/jobs/${id}`);
    if (job.status === 'completed') return job;
    check(!FINAL.includes(job.status), `job ${id} is ${job.status}: ${JSON.stringify(job.error)}`);
    check(Date.now() < deadline, `job ${id} is still ${job.status} after ${JOB_PATIENCE_MS / 1_000} s`);
    await wait(100);
  }
}

/** The content of a stored file, by its signed link. */
export async function download({ url, size }) {
  const answer = await fetch(url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  check(answer.ok && bytes.length === size, `${url} answers ${answer.status} with ${bytes.length} bytes`);
  return bytes;
}

export async function call(method, path, contentType, body) {
  const headers = {
    authorization: `Bearer ${secrets.ADMIN_API_KEY}`,
    ...(contentType && { 'content-type': contentType }),
  };
  const response = await fetch(gatewayUrl + path, { method, headers, body });
  const text = await response.text();
  check(response.ok, `${method} ${path} answers ${response.status}: ${text}`);
  return JSON.parse(text);
}
