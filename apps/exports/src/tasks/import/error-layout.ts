import { type Layout } from '../../formats/layout.js';

/** How rejected rows are written down, for people who mend the source in a spreadsheet. */
export const ERROR_LAYOUT: Layout = {
  title: 'errors',
  columns: [
    { at: 0, name: 'line', title: 'Line', type: 'integer' },
    { at: 1, name: 'column', title: 'Column', type: 'text' },
    { at: 2, name: 'reason', title: 'Reason', type: 'text' },
    { at: 3, name: 'content', title: 'Content', type: 'text' },
  ],
  locale: null,
  timezone: 'UTC',
  csv: { delimiter: ',', bom: true, header: true },
};
