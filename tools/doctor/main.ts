import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../console/problem.js';
import { PROJECT } from '../project/app-list.js';
import { DataFolder } from '../start/data-folder.js';
import { type RunFacts } from '../start/run-file.js';
import { HELP } from './help.js';

const PROGRAM = join(PROJECT, 'dist', 'apps', 'gateway', 'src', 'doctor', 'main.js');

/** The environment of a running suite's gateway, as far as the doctor asks for it. */
function environmentOf(facts: RunFacts): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...facts.settings,
    RABBITMQ_URL: facts.rabbitmqUrl,
    RABBITMQ_MANAGEMENT_URL: facts.managementUrl ?? process.env['RABBITMQ_MANAGEMENT_URL'],
    DATABASE_URL: facts.databaseUrl,
  };
}

function runningSuite(folder: string): NodeJS.ProcessEnv {
  const { runFile } = new DataFolder(resolve(folder));
  if (!existsSync(runFile)) {
    throw new Problem(
      `No suite runs in ${folder}. Start it with npm start, name its folder with --data, or set RABBITMQ_URL, DATABASE_URL and STORAGE_URL.`,
    );
  }
  return environmentOf(JSON.parse(readFileSync(runFile, 'utf8')) as RunFacts);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const named = values.data === undefined && (process.env['RABBITMQ_URL'] ?? '') !== '';
  const env = named ? process.env : runningSuite(values.data ?? '.leveret');
  const [code] = (await once(spawn(process.execPath, [PROGRAM], { env, stdio: 'inherit' }), 'exit')) as [number | null];
  return code ?? 1;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exit(2);
}
