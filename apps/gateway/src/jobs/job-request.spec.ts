import { describe, expect, it } from '@jest/globals';
import { JOB_REQUEST } from './job-request.js';

describe('a request for a job', () => {
  it('is told that a mailbox is wanted without the name of its owner', () => {
    expect(JOB_REQUEST.errorsOf({ task: 'demo.echo', notify: { email: 'Ada <ada@example.org>' } })).toEqual([
      { path: 'notify.email', message: 'must be one mailbox, the address alone as in name@example.org' },
    ]);
  });
});
