import { DURATION_FORM } from '#libs/contracts';
import { durationOrForever } from './parsers.js';
import { type Setting, setting } from './setting.js';

const DAY_MS = 86_400_000;

const kept = (means: string, days: number): Setting<number | null> =>
  setting<number | null>({
    means,
    allowed: `forever, or at least 1s: ${DURATION_FORM}`,
    takenBy: 'gateway',
    parse: durationOrForever(1_000),
    fallback: { value: days * DAY_MS, shown: `${days}d` },
  });

/** How long the gateway keeps what is over. */
export const RETENTION_SETTINGS = {
  KEEP_COMPLETED: kept('How long completed jobs are kept, with their attempts, logs and files.', 7),
  KEEP_FAILED: kept('How long failed jobs are kept, and their dead letters.', 30),
  KEEP_CANCELLED: kept('How long cancelled jobs are kept.', 7),
  KEEP_UPLOADS: kept('How long uploaded files are kept that no job, schedule or trigger names.', 7),
  KEEP_EVENTS: kept('How long events are kept: for so long an id that came before starts nothing.', 7),
  KEEP_HISTORY: kept('How long actions, runs of schedules and triggers, redrives and empty batches are kept.', 30),
} as const;
