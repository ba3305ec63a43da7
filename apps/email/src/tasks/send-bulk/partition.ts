import { createHash } from 'node:crypto';

/** A share of a list, by address: an address that comes twice is in the same share both times. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

/** Shares are not quite equal: this much of what one may hold is planned for. */
const FILL = 0.8;

/** How many shares a list needs when each may hold `most`; 1 when it fits whole. */
export function partsFor(count: number, most: number): number {
  return count <= most ? 1 : Math.ceil(count / (most * FILL));
}

/** Whether an address belongs to a share. */
export function isIn({ number, of }: Part, address: string): boolean {
  return createHash('sha256').update(address).digest().readUInt32BE() % of === number;
}
