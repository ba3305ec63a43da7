import { describe, expect, it } from '@jest/globals';
import { isoOf, localText } from './local-time';

// The zone is the machine's: with TZ=Europe/Berlin these years have odd seconds in it.
describe('a time in a field of the browser', () => {
  it.each(['0002-03-04T05:06', '0020-12-31T23:59', '1890-01-01T00:00', '2026-07-04T09:30'])(
    'stays %s, as it is typed',
    (local) => {
      expect(localText(isoOf(local))).toBe(local);
    },
  );

  it('is empty where there is none', () => {
    expect([localText(undefined), localText('soon'), isoOf('')]).toEqual(['', '', undefined]);
  });
});
