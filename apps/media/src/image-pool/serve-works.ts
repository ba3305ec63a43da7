import { type Assignment, type ChildMessage } from './child-messages.js';
import { ImageProblem } from './image-problem.js';
import { type Works } from './works.js';

const MEMORY_CHECK_MS = 20;
const memoryLimitBytes = Number(process.argv[2]);

const dieAtOnce = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

// libvips works on other threads, so this timer also fires in the middle of an operation.
const checkMemory = (): void => {
  if (process.memoryUsage.rss() > memoryLimitBytes) send({ kind: 'overrun' }, dieAtOnce);
};

function send(message: ChildMessage, onSent?: () => void): void {
  process.send?.(message, undefined, undefined, onSent);
}

async function carryOut(works: Works, { work, input }: Assignment): Promise<void> {
  const watch = setInterval(checkMemory, MEMORY_CHECK_MS);
  try {
    const run = works[work];
    if (run === undefined) throw new Error(`There is no work ${work}`);
    const result = await run(input as never, (news) => {
      send({ kind: 'news', news });
    });
    send({ kind: 'done', result, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    sendError(error);
  } finally {
    clearInterval(watch);
  }
}

function sendError(error: unknown): void {
  const residentBytes = process.memoryUsage.rss();
  if (error instanceof ImageProblem) {
    send({ kind: 'problem', code: error.code, message: error.message, residentBytes });
  } else {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error), residentBytes });
  }
}

/** What the main module of a child process does: carries out works, one at a time, until the app is gone. */
export function serveWorks(works: Works): void {
  // A terminal sends its signals to the whole process group; the app decides when its children end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', dieAtOnce);
  process.on('message', (assignment: Assignment) => void carryOut(works, assignment));
}
