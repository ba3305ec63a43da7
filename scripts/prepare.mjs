import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { buildProblem, markBuilt } from './build-state.mjs';
import { installProblem } from './install-state.mjs';
import { alone } from './one-at-a-time.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMANDS = {
  start: 'tools/start/main.js',
  test: 'tools/test/main.js',
  bench: 'bench/main.js',
  faults: 'test/faults/main.js',
  doctor: 'tools/doctor/main.js',
  scale: 'tools/scale/main.js',
  topology: 'apps/gateway/src/topology/main.js',
  'broker-users': 'apps/gateway/src/broker-users/main.js',
  'new-app': 'tools/new-app/main.js',
  'mail-preview': 'apps/email/src/mail-preview/main.js',
  'moderation-try': 'apps/media/src/moderation-trial/main.js',
};
const HEAD_LINES = 12;
const TAIL_LINES = 20;
/** npm warns of every package that names a newer Node than the oldest that it works with. */
const NOISE = /^npm warn|^npm error$/;
const PROGRESS_EVERY_MS = { terminal: 1_000, plain: 10_000 };

/** Installs and builds what is out of date, then becomes the command: same process, same signals, same exit code. */
export async function run([command, ...args]) {
  const main = COMMANDS[command];
  if (main === undefined) {
    console.error(`Expected one of ${Object.keys(COMMANDS).join(', ')}; got ${command ?? 'nothing'}.`);
    process.exitCode = 1;
    return;
  }
  if (args.includes('--help')) {
    console.log(helpOf(main));
    return;
  }
  process.chdir(ROOT);
  const ready = await alone(ROOT, async () => (await install()) && (await build()));
  if (!ready) {
    process.exitCode = 1;
    return;
  }
  process.argv = [process.execPath, join(ROOT, 'dist', main), ...args];
  await enter(process.argv[1]);
}

/** The one text in help.ts beside the program: so it can be told of a clone in which nothing is installed or built. */
function helpOf(main) {
  const source = readFileSync(join(ROOT, dirname(main), 'help.ts'), 'utf8');
  return source.slice(source.indexOf('`') + 1, source.lastIndexOf('`'));
}

async function enter(main) {
  try {
    await import(pathToFileURL(main).href);
  } catch (error) {
    console.error(error);
    if (String(error?.stack).includes('node_modules') || error?.code === 'ERR_MODULE_NOT_FOUND') {
      console.error('\nA package or a built file is damaged. Remove node_modules and dist, and run the command again.');
    }
    process.exitCode = 1;
  }
}

async function install() {
  const problem = installProblem(ROOT);
  if (problem === undefined) return true;
  // Install scripts are left out: nothing here needs them (the native packages come built), and many machines block them.
  const result = await step(
    `Installing packages (${problem})`,
    npm('ci', '--ignore-scripts', '--no-audit', '--no-fund'),
  );
  return report(result, [
    'npm could not install the packages.',
    'Check that the npm registry can be reached and that the disk is not full; then remove node_modules and run the command again.',
  ]);
}

async function build() {
  const problem = buildProblem(ROOT);
  if (problem === undefined) return true;
  const result = await step(`Building (${problem.reason})`, npm('run', '--silent', 'build'));
  if (result.ok) markBuilt(ROOT, problem.fingerprint);
  return report(result, [
    'The TypeScript compiler found errors.',
    'Mend them, or, if you changed nothing: git status, then remove node_modules and dist and run the command again.',
  ]);
}

/** Under `npm run` the very npm that was called is called again. */
function npm(...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script, ...args] : ['npm', ...args];
}

function step(title, [program, ...args]) {
  const began = Date.now();
  const lines = [];
  const progress = showProgress(title, began);
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (signal) => child.kill(signal);
    process.once('SIGINT', stop).once('SIGTERM', stop);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => keep(lines, text));
    const finish = (ok, signal) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      progress.end(ok);
      resolve({ ok, signal, lines });
    };
    child.once('error', (error) => {
      keep(lines, `${program}: ${error.message}`);
      finish(false);
    });
    child.once('close', (code, signal) => finish(code === 0, signal));
  });
}

/** The first lines name the reason, the last ones where to look. */
function keep(lines, text) {
  lines.push(...text.split('\n').filter((line) => line.trim() !== '' && !NOISE.test(line.trim())));
  lines.splice(HEAD_LINES, Math.max(0, lines.length - HEAD_LINES - TAIL_LINES));
}

function showProgress(title, began) {
  const seconds = () => Math.round((Date.now() - began) / 1_000);
  const terminal = process.stdout.isTTY;
  const rewrite = (text) => process.stdout.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
  rewrite(`… ${title}`);
  const timer = setInterval(
    () => rewrite(`… ${title}, ${seconds()} s`),
    terminal ? PROGRESS_EVERY_MS.terminal : PROGRESS_EVERY_MS.plain,
  );
  return {
    end(ok) {
      clearInterval(timer);
      rewrite(`${ok ? '✓' : '✗'} ${title}, ${seconds()} s${terminal ? '\n' : ''}`);
    },
  };
}

function report({ ok, signal, lines }, advice) {
  if (ok) return true;
  if (signal === 'SIGINT' || signal === 'SIGTERM') console.error('Interrupted.');
  else console.error(['', ...lines.map((line) => `  ${line}`), '', ...advice].join('\n'));
  return false;
}
