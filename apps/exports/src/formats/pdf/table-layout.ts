import { DatasetRefusal } from '#libs/datasets';
import { type TextBlock } from './text-block.js';

/** A column of a printed table. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'start' | 'right';
}

export const CELL_PADDING = 4;
const NARROWEST = 32;
/** No column is given more than this share of the table before the others have what they need. */
const WIDEST_SHARE = 0.4;

interface Blocks {
  readonly head: TextBlock;
  readonly body: TextBlock;
}

/** @throws DatasetRefusal `too_many_columns` when the columns of a table would be too narrow to be read */
export function checkColumns(count: number, total: number): void {
  const most = Math.floor(total / NARROWEST);
  if (count <= most) return;
  const advice = 'choose those that are needed, or another format';
  throw new DatasetRefusal(
    'too_many_columns',
    `A page has room for ${most} columns, and there are ${count}; ${advice}.`,
  );
}

/**
 * How wide the columns of a table are, from its head and a sample of its rows: as wide as their texts where there is room;
 * else the widest give way, and their cells are wrapped.
 */
export function columnWidths(
  columns: readonly TableColumn[],
  sample: readonly (readonly string[])[],
  blocks: Blocks,
  total: number,
): readonly number[] {
  const wanted = columns.map(({ title }, index) => {
    const widths = sample.map((row) => blocks.body.widthUpTo(row[index] ?? '', total));
    const widest = Math.max(blocks.head.widthUpTo(title, total), ...widths);
    return Math.max(NARROWEST, Math.ceil(widest) + 2 * CELL_PADDING + 1);
  });
  return fitted(wanted, total);
}

function fitted(wanted: readonly number[], total: number): readonly number[] {
  const sum = wanted.reduce((all, width) => all + width, 0);
  if (sum <= total) return wanted.map((width) => (width * total) / sum);
  const bound = Math.max(total * WIDEST_SHARE, total / wanted.length);
  const capped = wanted.map((width) => Math.min(width, bound));
  // What is above the narrowest gives way, so that no column becomes narrower than that.
  const beyond = capped.reduce((all, width) => all + width - NARROWEST, 0);
  const room = total - wanted.length * NARROWEST;
  const share = beyond === 0 ? 0 : room / beyond;
  return capped.map((width) => NARROWEST + (width - NARROWEST) * share);
}
