import { describe, expect, it } from '@jest/globals';
import { withField } from '../schema-form/schema';
import { bodyOf, changesOf, hidingChanges } from './changes';

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

  it('is not changed by what was put back, in whichever order', () => {
    const before = { payload: { user: 'u', password: '***' }, then: [{ task: 'lab.echo', payload: {} }] };
    const cleared = withField(before.payload, 'user', undefined);
    const after = { payload: withField(cleared, 'user', 'u'), then: [{ payload: {}, task: 'lab.echo' }] };
    expect(changesOf(before, after)).toEqual({});
  });

  it('would store secrets as they are shown where it changes what is beside them', () => {
    const payload = { user: 'u', password: '***' };
    const then = [{ task: 'lab.echo', payload }];
    const before = { name: 'n', payload, then };
    expect(hidingChanges(before, { ...before, name: 'other' })).toEqual([]);
    expect(hidingChanges(before, { ...before, payload: { user: 'u', password: 'given again' } })).toEqual([]);
    expect(hidingChanges(before, { ...before, payload: { ...payload, user: 'v' } })).toEqual(['payload']);
    expect(hidingChanges(before, { ...before, then: [...then, { task: 'lab.noop' }] })).toEqual(['then']);
    expect(hidingChanges({ name: 'n' }, { name: 'n', payload })).toEqual([]);
  });
});
