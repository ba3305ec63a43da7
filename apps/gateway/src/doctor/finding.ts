/**
 * How a finding is to be taken: `good` is as declared, `note` is worth knowing, `mend` needs somebody's hand, `unknown`
 * could not be looked at.
 */
export type Grade = 'good' | 'note' | 'mend' | 'unknown';

/** One thing that was compared: what is declared with what is in force. */
export interface Finding {
  readonly grade: Grade;
  /** One sentence. */
  readonly says: string;
  /** What to do about it, as one sentence. */
  readonly mend?: string;
}

export function good(says: string): Finding {
  return { grade: 'good', says };
}

export function note(says: string, mend?: string): Finding {
  return { grade: 'note', says, ...(mend === undefined ? {} : { mend }) };
}

export function toMend(says: string, mend: string): Finding {
  return { grade: 'mend', says, mend };
}

export function unknown(says: string, mend: string): Finding {
  return { grade: 'unknown', says, mend };
}

/** What is wrong, or one sentence that all is well. */
export function orGood(findings: readonly Finding[], says: string): readonly Finding[] {
  return findings.length > 0 ? findings : [good(says)];
}
