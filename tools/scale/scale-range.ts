import { Problem } from '../console/problem.js';

/** The most processes of one app on a machine. */
const LARGEST_SCALE = 64;

/** How many processes an app has: always, and at most. */
export interface ScaleRange {
  readonly least: number;
  readonly most: number;
}

/**
 * A range as it is written: `2`, or `1..4`.
 * @param option what it was given for, for the message
 * @throws Problem when it is none
 */
export function parseScaleRange(option: string, text: string): ScaleRange {
  const [, first = '', second = first] = /^(\d{1,3})(?:\.\.(\d{1,3}))?$/.exec(text) ?? [];
  const [least, most] = [Number(first), Number(second)];
  if (first !== '' && least >= 1 && least <= most && most <= LARGEST_SCALE) return { least, most };
  throw new Problem(
    `${option} takes a whole number from 1 to ${LARGEST_SCALE}, or a range such as 1..4, got ${JSON.stringify(text)}.`,
  );
}

/** Whether there may be more or fewer. */
export function varies({ least, most }: ScaleRange): boolean {
  return least < most;
}
