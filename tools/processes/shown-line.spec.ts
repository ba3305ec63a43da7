import { describe, expect, it } from '@jest/globals';
import { shownLine } from './shown-line.js';

describe('shownLine', () => {
  it.each([
    ['an error with its cause', '{"level":"error","msg":"No disk","error":{"message":"ENOSPC"}}', 'No disk: ENOSPC'],
    ['an error without one', '{"level":"fatal","msg":"Gone"}', 'Gone'],
    ['what is no log line', 'Error: Cannot find module', 'Error: Cannot find module'],
  ])('shows %s', (_, line, shown) => {
    expect(shownLine(line)).toBe(shown);
  });

  it.each(['{"level":"info","msg":"Ready"}', '{"level":"warn","msg":"Slow"}', ''])(
    'keeps %j for the log file',
    (line) => {
      expect(shownLine(line)).toBeUndefined();
    },
  );
});
