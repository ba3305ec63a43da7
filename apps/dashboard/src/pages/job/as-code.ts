import { type Job, type JobRequest } from '#libs/sdk';

/** The request of a job like another one. */
export function requestOf({ task, payload, priority, maxAttempts, metadata }: Job): JobRequest {
  return { task, payload, priority, maxAttempts, metadata };
}

/** A command that enqueues a job like another one. */
export function asCurl(job: Job): string {
  // In a shell's single quotes everything is itself but the quote.
  const body = JSON.stringify(requestOf(job), null, 2).replaceAll("'", String.raw`'\''`);
  return [
    `curl ${window.location.origin}/v1/jobs \\`,
    `  -H "Authorization: Bearer $LEVERET_API_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n');
}

/** A program that enqueues a job like another one. */
export function asSdkCall(job: Job): string {
  return [
    "import { Leveret } from 'leveret-sdk';",
    '',
    `const leveret = new Leveret({ apiKey: process.env.LEVERET_API_KEY, url: ${JSON.stringify(window.location.origin)} });`,
    `const job = await leveret.worker.enqueue(${JSON.stringify(requestOf(job), null, 2)});`,
  ].join('\n');
}
