import { describe, expect, it } from '@jest/globals';
import { positional } from './named-parameters.js';

describe('positional', () => {
  it('gives each name of a PostgreSQL text one position, however often it stands there', () => {
    expect(positional('select :a, :b where x = :a;', 'postgres')).toEqual({
      sql: 'select $1, $2 where x = $1',
      names: ['a', 'b'],
    });
  });

  it('gives each place of a MySQL text a position of its own', () => {
    expect(positional('select :a, :b where x = :a', 'mysql')).toEqual({
      sql: 'select ?, ? where x = ?',
      names: ['a', 'b', 'a'],
    });
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
    ['mysql', '`:a`'],
  ] as const)('leaves a text of %s alone: %s', (dialect, sql) => {
    expect(positional(sql, dialect)).toEqual({ sql, names: [] });
  });

  it('takes a name beside a cast', () => {
    expect(positional(':a::date', 'postgres')).toEqual({ sql: '$1::date', names: ['a'] });
  });
});
