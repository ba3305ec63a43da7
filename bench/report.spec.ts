import { describe, expect, it } from '@jest/globals';
import { renderChart } from './chart.js';
import { type Row, rowsOf } from './question.js';
import { type Answer, asJson, ratiosOf, renderTable } from './report.js';

const rows = rowsOf(
  new Map([
    ['bare & plain', [2_000, 1_000, 4_000].map((value) => ({ value, also: { 'worker MiB': 80 } }))],
    ['ours', [{ value: 500, also: { 'worker MiB': 120 } }]],
  ]),
  ['bare & plain'],
);
const question: Answer['question'] = {
  ...{ title: 'Jobs <here>', unit: 'jobs/s', better: 'more' },
  ask: () => Promise.resolve(rows),
};

describe('the report', () => {
  it('compares each row with the median of its baselines, and a baseline with nothing', () => {
    expect(rows.map((row) => ratiosOf(row, rows))).toEqual([{}, { 'bare & plain': 0.25 }]);
  });

  it('is a table with spread and a column for each baseline', () => {
    expect(renderTable({ question, rows })).toBe(
      [
        'Jobs <here> (more is better)',
        '                jobs/s (least–most)  × bare & plain',
        '  bare & plain  2,000 (1,000–4,000)',
        '  ours          500 (500–500)        0.25',
        '  bare & plain: worker MiB 80.0',
        '  ours: worker MiB 120',
      ].join('\n'),
    );
  });

  it('is JSON with every run', () => {
    const [answer] = JSON.parse(JSON.stringify(asJson([{ question, rows }]))) as {
      rows: (Row & { ratios: object })[];
    }[];
    expect(answer?.rows[0]?.figure.runs).toEqual([2_000, 1_000, 4_000]);
    expect(answer?.rows[1]?.ratios).toEqual({ 'bare & plain': 0.25 });
  });

  it('is a chart whose bars are as long as their medians, and whose words cannot break it', () => {
    const chart = renderChart([{ question, rows }]);
    const widths = [...chart.matchAll(/<rect x="380" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(2);
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(4);
    expect(chart).toContain('Jobs &lt;here&gt;');
    expect(chart).toContain('bare &amp; plain');
  });
});
