import { setTimeout as pause } from 'node:timers/promises';
import { type Showing } from '../jobs/job-view.js';
import { shownLogLine } from '../jobs/job-log.js';
import { type JobUpdate } from './job-updates.js';

/** Proxies and clients take a silent connection for a dead one. */
const HEARTBEAT_MS = 15_000;
/** How long a client waits before it connects again. */
const RETRY_MS = 2_000;

/**
 * Server-sent events as text. An update is asked for when the one before has been taken; a comment says now and then that
 * the stream is alive.
 */
export async function* sseText(
  updates: AsyncGenerator<JobUpdate, void, undefined>,
  showing: Showing,
  onTold: () => void,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RETRY_MS}\n\n`;
  let next = updates.next();
  for (;;) {
    const update = await within(next, HEARTBEAT_MS);
    if (update === undefined) yield ':\n\n';
    else if (update.done === true) return;
    else {
      yield eventText(update.value, showing);
      onTold();
      next = updates.next();
    }
  }
}

/** What comes within a time; undefined when nothing does. */
async function within<T>(coming: Promise<T>, ms: number): Promise<T | undefined> {
  const settled = new AbortController();
  const time = pause(ms, undefined, { signal: settled.signal, ref: false }).catch(() => undefined);
  try {
    return await Promise.race([coming, time]);
  } finally {
    settled.abort();
  }
}

function eventText(update: JobUpdate, showing: Showing): string {
  return `id: ${update.told}\nevent: ${update.kind}\ndata: ${JSON.stringify(dataOf(update, showing))}\n\n`;
}

function dataOf(update: JobUpdate, { view, viewer }: Showing): object {
  switch (update.kind) {
    case 'status': {
      const { id: jobId, ...state } = view.shownChange(update.state, viewer);
      const ended = update.ended === null ? null : view.shown(update.ended, viewer);
      return { jobId, ...state, result: ended?.result ?? null, error: ended?.error ?? null };
    }
    case 'progress': {
      const { id: jobId, version, progress } = view.shownChange(update.state, viewer);
      return { jobId, version, progress };
    }
    case 'log':
      return { ...shownLogLine(update.line), version: update.line.version };
  }
}
