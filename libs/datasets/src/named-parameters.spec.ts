import { describe, expect, it } from '@jest/globals';
import { parameterNames, replaceParameters } from './named-parameters.js';

describe('replaceParameters', () => {
  it('replaces each name wherever it stands', () => {
    expect(replaceParameters('select :a, :b where x = :a;', 'mysql', (name) => `<${name}>`)).toBe(
      'select <a>, <b> where x = <a>',
    );
    expect(parameterNames('select :a, :b where x = :a', 'postgres')).toEqual(['a', 'b']);
  });

  it.each([
    ['postgres', "':a'"],
    ['postgres', "'it''s :a'"],
    ['postgres', "'\\', now()::date"],
    ['postgres', "E'\\':a'"],
    ['postgres', '":a"'],
    ['postgres', '-- :a\nselect 1'],
    ['postgres', '/* :a */ 1'],
    ['postgres', '$$ :a $$ || $tag$ :a $$ $tag$'],
    ['postgres', 'x::date'],
    ['postgres', "'10:30'::time"],
    ['mysql', "'it\\'s :a'"],
    ['mysql', '"it\\"s :a"'],
    ['mysql', '`:a`'],
    ['mysql', '# :a\nselect 1'],
    ['mysql', 'set @a := 1'],
  ] as const)('leaves a text of %s alone: %s', (dialect, sql) => {
    expect(replaceParameters(sql, dialect, () => '?')).toBe(sql);
  });

  it('takes a name in the line after an empty comment of MySQL', () => {
    expect(replaceParameters('select 1 --\nwhere x = :a', 'mysql', () => '?')).toBe('select 1 --\nwhere x = ?');
  });

  it('takes a name beside a cast', () => {
    expect(replaceParameters(':a::date', 'postgres', () => '$1')).toBe('$1::date');
  });
});
