// What the examples know of the suite that `npm start` runs: the addresses and the key that it keeps in run.json.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Leveret } from '#libs/sdk'; // in a program of your own: 'leveret-sdk'

const DATA_FOLDER = fileURLToPath(new URL('../.leveret', import.meta.url));

/** Reads run.json of the data folder that is named as the first argument, or of the usual one; adds a client to it. */
export async function runningSuite(dataFolder = process.argv[2] ?? DATA_FOLDER) {
  const file = `${dataFolder}/run.json`;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no ${file}: start the suite first, with npm start in another terminal.`);
  });
  const suite = JSON.parse(text);
  return { ...suite, leveret: new Leveret({ apiKey: suite.apiKey, url: suite.url }) };
}

/** Prints what is new of a job. */
export function show({ status, progress }) {
  console.log(`  ${status}  ${progress.percent} %  ${progress.message ?? ''}`.trimEnd());
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
