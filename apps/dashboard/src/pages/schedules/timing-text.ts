import { type Schedule } from '#libs/sdk';

/** When a schedule is due, as it was written. */
export function timingText({ cron, timezone, every }: Schedule): string {
  return cron === null ? `every ${String(every)}` : `${cron} (${timezone})`;
}
