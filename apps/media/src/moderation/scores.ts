/** How much a picture is of each class, 0 to 1; together they are 1. */
export interface Scores {
  readonly drawing: number;
  readonly hentai: number;
  readonly neutral: number;
  readonly porn: number;
  readonly sexy: number;
}

/** What the model looks at: pixels a side, three bytes each. */
export const MODEL_SIDE = 224;

/** What is held against a threshold: how much a picture is of the two classes that are explicit. */
export function explicitShare({ porn, hentai }: Scores): number {
  return porn + hentai;
}
