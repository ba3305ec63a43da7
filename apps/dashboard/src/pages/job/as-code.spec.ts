import { describe, expect, it } from '@jest/globals';
import { type JobWithOptions } from '#libs/sdk';
import { requestOf } from './as-code';

const JOB = {
  ...{
    id: '0197',
    task: 'media.process-image',
    payload: { source: { key: 'a' } },
    priority: 6,
    metadata: { user: 'u1' },
  },
  // It was given two attempts, and got two more by a retry.
  ...{ maxAttempts: 4, uniqueKey: 'one', options: { maxAttempts: 2, timeout: '30s', uniqueFor: '1h' } },
} as unknown as JobWithOptions;

describe('the request of a job like another one', () => {
  it('has the options that the other was given, and not its unique key', () => {
    expect(requestOf(JOB)).toEqual({
      ...{ task: 'media.process-image', payload: { source: { key: 'a' } }, priority: 6, metadata: { user: 'u1' } },
      ...{ maxAttempts: 2, timeout: '30s' },
    });
  });
});
