/** Told apart by people who see colours in other ways, too. */
export const SERIES = ['#1F5FA8', '#E07B39', '#3A9D7A', '#8E5BA6', '#C9A227', '#7A8896'] as const;

export const INK = '#1B2733';
export const FAINT = '#6B7885';
export const GRID = '#E1E6EC';
export const BETTER = '#2B7A4B';
export const WORSE = '#B23A3A';

export function seriesColour(index: number): string {
  return SERIES[index % SERIES.length] ?? INK;
}
