import { type RedriveCounts, type RedriveRecord } from '../ledger/redrive.js';

/** A redrive as it is shown. */
export interface ShownRedrive extends RedriveCounts {
  readonly id: string;
  readonly state: RedriveRecord['state'];
  readonly selection: RedriveRecord['selection'];
  readonly canary: number;
  readonly rate: number;
  readonly total: number;
  readonly stopReason: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export function shownRedrive({ counts, ...redrive }: RedriveRecord): ShownRedrive {
  const { id, state, selection, canary, rate, total, stopReason, createdAt, endedAt } = redrive;
  return {
    ...{ id, state, selection, canary, rate, total, ...counts, stopReason },
    ...{ createdAt: createdAt.toISOString(), endedAt: endedAt?.toISOString() ?? null },
  };
}
