import { describe, expect, it } from '@jest/globals';
import { bodyOf, changesOf } from './changes';

describe('a body that is changed', () => {
  it('is made of what was given, of what is shown', () => {
    const shown = { id: '1', name: 'n', cron: null, every: '1h', nextRunAt: null, task: 'lab.echo', payload: {} };
    const schema = { properties: { name: {}, cron: {}, every: {}, task: {}, payload: {} } };
    expect(bodyOf(shown, schema)).toEqual({ name: 'n', every: '1h', task: 'lab.echo', payload: {} });
  });

  it('says what is other, and null of what is not given any more', () => {
    const before = { name: 'n', every: '1h', payload: { a: [1, '***'] }, priority: 4 };
    const after = { name: 'n', cron: '0 * * * *', payload: { a: [1, '***'] }, priority: 6 };
    expect(changesOf(before, after)).toEqual({ every: null, cron: '0 * * * *', priority: 6 });
  });
});
