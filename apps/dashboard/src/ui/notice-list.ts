/** Keeps what a notice tells of from going on. */
export interface NoticeAction {
  readonly name: string;
  readonly press: () => void;
  /** Ctrl+Z, or Cmd+Z, presses it while it is the newest of its kind. */
  readonly isUndo?: boolean;
}

/** What is said beside whatever is shown. */
export interface Notice {
  readonly number: number;
  /** What goes on has a button for as long as it can still be kept from happening. */
  readonly kind: 'done' | 'failed' | 'ongoing';
  readonly text: string;
  readonly button?: NoticeAction;
}

const MOST = 4;

/** Adds a notice. One of what is done makes room when there are many; the others are still to be read, or can be stopped. */
export function withNotice(shown: readonly Notice[], notice: Notice): readonly Notice[] {
  const oldestDone = shown.length < MOST ? undefined : shown.find(({ kind }) => kind === 'done');
  return [...shown.filter((one) => one !== oldestDone), notice];
}

/** What is undone first: what was begun last. */
export function newestUndo(shown: readonly Notice[]): NoticeAction | undefined {
  return shown.findLast(({ button }) => button?.isUndo === true)?.button;
}
