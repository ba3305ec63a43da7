import { type Job } from '#libs/sdk';
import { useState } from 'react';

/** Jobs that were chosen among those that are listed. */
export interface Selection {
  readonly jobs: readonly Job[];
  readonly has: (id: string) => boolean;
  readonly toggle: (id: string) => void;
  /** Chooses all that are listed, or none when all are chosen. */
  readonly toggleAll: () => void;
  readonly clear: () => void;
}

/** A job that is listed no more is not chosen any more either: what is done is done to what is seen. */
export function useSelection(listed: readonly Job[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const jobs = listed.filter(({ id }) => ids.has(id));
  const toggle = (id: string): void => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setIds(next);
  };
  return {
    jobs,
    has: (id) => ids.has(id),
    toggle,
    toggleAll: () => setIds(new Set(jobs.length === listed.length ? [] : listed.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
}
