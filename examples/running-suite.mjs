// What the examples know of the suite that `npm start` runs: the addresses and the key that it keeps in run.json.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const DATA_FOLDER = fileURLToPath(new URL('../.leveret', import.meta.url));
const FINAL = ['completed', 'failed', 'cancelled'];

/** Reads run.json of the data folder that is named as the first argument, or of the usual one. */
export async function runningSuite(dataFolder = process.argv[2] ?? DATA_FOLDER) {
  const file = `${dataFolder}/run.json`;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no ${file}: start the suite first, with npm start in another terminal.`);
  });
  return JSON.parse(text);
}

/** Calls the gateway with the key of the suite; an answer that is no success is an error with the gateway's own words. */
export async function call({ url, apiKey }, method, path, { headers = {}, body } = {}) {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    body,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.detail}`);
  return answer;
}

/** Asks for the job until it is final, and prints each change. */
export async function watch(suite, id, { patienceMs = 60_000 } = {}) {
  const deadline = Date.now() + patienceMs;
  let shown = -1;
  while (Date.now() < deadline) {
    const job = await call(suite, 'GET', `/v1/jobs/${id}`);
    if (job.version !== shown) console.log(`  ${job.status}  ${job.progress.percent} %  ${job.progress.message ?? ''}`);
    shown = job.version;
    if (FINAL.includes(job.status)) return job;
    await wait(100);
  }
  throw new Error(`Job ${id} is not final after ${patienceMs / 1_000} s.`);
}

/** Runs an example: what it throws is printed as one line, and the exit code says how it went. */
export async function example(run) {
  try {
    await run();
  } catch (error) {
    console.error(`✗ ${error.message}`);
    process.exitCode = 1;
  }
}
