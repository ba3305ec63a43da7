import { describe, expect, it } from '@jest/globals';
import { flaggedFrom, tallied } from './tally.js';

const CLEAR = { drawing: 0, hentai: 0, neutral: 0, porn: 0, sexy: 0 };
const JUDGED = [
  { file: 'drawn', scores: { ...CLEAR, drawing: 0.8, sexy: 0.2 } },
  { file: 'bathing', scores: { ...CLEAR, neutral: 0.4, sexy: 0.6 } },
  { file: 'split', scores: { ...CLEAR, neutral: 0.45, porn: 0.3, hentai: 0.25 } },
  { file: 'certain', scores: { ...CLEAR, hentai: 0.95, neutral: 0.05 } },
];

describe('The tally of a moderation trial', () => {
  it('counts what the model is surest of, and what each threshold flags by both classes together', () => {
    expect(tallied(JUDGED)).toEqual({ pictures: 4, harmless: 2, flagged: [2, 1, 1] });
  });

  it('names what is flagged, the most explicit first', () => {
    expect(flaggedFrom(0.5, JUDGED).map(({ file }) => file)).toEqual(['certain', 'split']);
  });
});
