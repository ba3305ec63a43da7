import { type Assignment, type ChildMessage } from './child-messages.js';
import { ImageProblem } from './image-problem.js';
import { IMAGE_WORKS } from './image-works.js';

type AnyWork = (input: unknown, tell: (news: unknown) => void) => Promise<unknown>;

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

async function carryOut({ work, input }: Assignment): Promise<void> {
  const watch = setInterval(checkMemory, MEMORY_CHECK_MS);
  try {
    const run = IMAGE_WORKS[work as keyof typeof IMAGE_WORKS] as AnyWork;
    const result = await run(input, (news) => {
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

// A terminal sends its signals to the whole process group; the app decides when its children end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', dieAtOnce);
process.on('message', (assignment: Assignment) => void carryOut(assignment));
