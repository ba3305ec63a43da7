#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { environmentVariable } from '../environment.js';
import { Leveret } from '../index.js';
import { taskTypes } from './task-types.js';

const USAGE = `Usage: leveret-sdk types [--url URL] [--key KEY] [--out FILE]

Writes the names and payloads of the tasks that a gateway knows as TypeScript types. Where they are part of a program, its calls of
leveret.worker.enqueue are checked by them.

  --url URL   the gateway; without it LEVERET_URL, else http://127.0.0.1:3000
  --key KEY   an API key with the scope jobs:read; without it LEVERET_API_KEY, which no list of processes shows
  --out FILE  where to write; without it leveret-tasks.d.ts
`;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      key: { type: 'string' },
      out: { type: 'string', default: 'leveret-tasks.d.ts' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  if (positionals.length !== 1 || positionals[0] !== 'types') throw new Error(`Expected a command.\n\n${USAGE}`);
  await writeTypes(values);
}

async function writeTypes({ url, key, out }: { url?: string; key?: string; out: string }): Promise<void> {
  const apiKey = key ?? environmentVariable('LEVERET_API_KEY');
  if (apiKey === undefined) throw new Error('Expected an API key: give --key, or set LEVERET_API_KEY.');
  const leveret = new Leveret({ apiKey, url });
  const tasks = [];
  for await (const task of leveret.tasks.list({ limit: 200 })) tasks.push(task);
  await writeFile(out, taskTypes(tasks));
  process.stdout.write(`Wrote the types of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} to ${out}.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
