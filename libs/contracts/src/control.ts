import { type Check, isCount, isText, listOf, literal, oneOf, perhaps, shape } from './shape.js';

/** A run and all older ones of its job that must not start, and stop if they run, unless such are spared. */
export interface VoidedRun {
  readonly job: string;
  readonly upTo: number;
  /** `spared`: one that has begun goes on to its end. */
  readonly begun?: 'spared' | undefined;
}

/**
 * What travels on the control stream, which every app replays when it starts.
 * - `void`: messages of these runs are handed back unrun; a running one's signal aborts, if it is not spared;
 * - `pause`, `resume`: no new attempt of the queue starts, or they start again; the entry with the highest version counts,
 *   in whatever order they come;
 * - `announce`: every app announces its tasks now;
 * - `marker`: an app's own, which tells it that the replay is complete.
 */
export type ControlEntry =
  | { readonly type: 'void'; readonly runs: readonly VoidedRun[] }
  | { readonly type: 'pause'; readonly queue: string; readonly version: number }
  | { readonly type: 'resume'; readonly queue: string; readonly version: number }
  | { readonly type: 'announce' }
  | { readonly type: 'marker'; readonly id: string };

type Entry<T extends ControlEntry['type']> = Extract<ControlEntry, { type: T }>;

export const isControlEntry: Check<ControlEntry> = oneOf<ControlEntry>('type', {
  void: shape<Entry<'void'>>({
    type: literal('void'),
    runs: listOf(shape<VoidedRun>({ job: isText, upTo: isCount, begun: perhaps(literal('spared')) })),
  }),
  pause: shape<Entry<'pause'>>({ type: literal('pause'), queue: isText, version: isCount }),
  resume: shape<Entry<'resume'>>({ type: literal('resume'), queue: isText, version: isCount }),
  announce: shape<Entry<'announce'>>({ type: literal('announce') }),
  marker: shape<Entry<'marker'>>({ type: literal('marker'), id: isText }),
});
