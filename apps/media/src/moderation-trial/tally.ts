import { explicitShare, type Scores } from '../moderation/scores.js';

/** From which scores on pictures are counted as flagged. */
export const THRESHOLDS = [0.5, 0.7, 0.9] as const;

/** A picture that was judged. */
export interface Judged {
  readonly file: string;
  readonly scores: Scores;
}

/** How the pictures of a folder were judged. */
export interface Tally {
  readonly pictures: number;
  /** Those of which the model is surest that they are neutral or a drawing. */
  readonly harmless: number;
  /** At each of {@link THRESHOLDS}. */
  readonly flagged: readonly number[];
}

/** Counts what pictures were judged to be. */
export function tallied(judged: readonly Judged[]): Tally {
  return {
    pictures: judged.length,
    harmless: judged.filter(({ scores }) => isHarmless(scores)).length,
    flagged: THRESHOLDS.map((threshold) => flaggedFrom(threshold, judged).length),
  };
}

/** The pictures that are flagged at a threshold, the most explicit first. */
export function flaggedFrom(threshold: number, judged: readonly Judged[]): readonly Judged[] {
  return judged
    .filter(({ scores }) => explicitShare(scores) >= threshold)
    .sort((a, b) => explicitShare(b.scores) - explicitShare(a.scores));
}

function isHarmless({ neutral, drawing, sexy, porn, hentai }: Scores): boolean {
  return Math.max(neutral, drawing) > Math.max(sexy, porn, hentai);
}
