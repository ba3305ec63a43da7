import { describe, expect, it } from '@jest/globals';
import { passwordsIn } from './passwords.js';

describe('passwordsIn', () => {
  it('reads a line for each user, whichever way lines end', () => {
    const expected = new Map([
      ['leveret-media', 'a=b '],
      ['leveret-email', 'c'],
    ]);
    expect(passwordsIn('leveret-media=a=b \nleveret-email=c')).toEqual(expected);
    expect(passwordsIn('leveret-media=a=b \r\n\r\nleveret-email=c\r\n')).toEqual(expected);
  });

  it('refuses a line without a user', () => {
    expect(() => passwordsIn('=secret')).toThrow('Expected lines "user=password"');
  });
});
