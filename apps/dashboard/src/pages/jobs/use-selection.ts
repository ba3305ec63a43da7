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

const NONE: ReadonlySet<string> = new Set();

/**
 * A job that is listed no more is not chosen any more either: what is done is done to what is seen. Another list, of other
 * filters or another part, begins with none chosen.
 */
export function useSelection(listed: readonly Job[], list: string): Selection {
  const [chosen, setChosen] = useState({ list, ids: NONE });
  const ids = chosen.list === list ? chosen.ids : NONE;
  const choose = (next: ReadonlySet<string>): void => setChosen({ list, ids: next });
  const jobs = listed.filter(({ id }) => ids.has(id));
  const toggle = (id: string): void => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  return {
    jobs,
    has: (id) => ids.has(id),
    toggle,
    toggleAll: () => choose(new Set(jobs.length === listed.length ? [] : listed.map(({ id }) => id))),
    clear: () => choose(NONE),
  };
}
