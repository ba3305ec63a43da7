import { type JobRequest, type JobWithOptions } from '#libs/sdk';

/** The request of a job like another one. Without its unique key: while that is held, the answer would be the job that there is. */
export function requestOf({ task, payload, priority, metadata, options }: JobWithOptions): JobRequest {
  const { uniqueFor: _, ...kept } = options;
  return { task, payload, priority, metadata, ...kept };
}

/** A command that enqueues a job like another one. */
export function asCurl(job: JobWithOptions): string {
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
export function asSdkCall(job: JobWithOptions): string {
  return [
    "import { Leveret } from 'leveret-sdk';",
    '',
    `const leveret = new Leveret({ apiKey: process.env.LEVERET_API_KEY, url: ${JSON.stringify(window.location.origin)} });`,
    `const job = await leveret.worker.enqueue(${JSON.stringify(requestOf(job), null, 2)});`,
  ].join('\n');
}
