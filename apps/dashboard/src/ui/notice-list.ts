/** What is said beside whatever is shown. */
export interface Notice {
  readonly number: number;
  /** What goes on has a button for as long as it can still be kept from happening. */
  readonly kind: 'done' | 'failed' | 'ongoing';
  readonly text: string;
  readonly button?: {
    readonly name: string;
    readonly press: () => void;
    /** Ctrl+Z, or Cmd+Z, presses it from wherever nothing is written. */
    readonly isUndo?: boolean;
  };
}

const MOST = 4;

/** Adds a notice. One of what is done makes room when there are many; the others are still to be read, or can be stopped. */
export function withNotice(shown: readonly Notice[], notice: Notice): readonly Notice[] {
  const oldestDone = shown.length < MOST ? undefined : shown.find(({ kind }) => kind === 'done');
  return [...shown.filter((one) => one !== oldestDone), notice];
}
