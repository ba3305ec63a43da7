import { describe, expect, it } from '@jest/globals';
import { type TaskRecord } from '../ledger/task-store.js';
import { nearestTask } from './nearest-task.js';

const TASKS = ['email.send', 'media.process-image', 'demo.old'].map(
  (name) => ({ name, withdrawn: name === 'demo.old' }) as TaskRecord,
);

describe('the task that was meant', () => {
  it.each([
    ['email.sned', 'email.send'],
    ['Email.Send', 'email.send'],
    ['media.process_image', 'media.process-image'],
    ['proces-image', 'process-image'],
    ['demo.odl', undefined],
    ['x', undefined],
    ['billing.make-invoice', undefined],
  ])('by %s is %s', (name, meant) => {
    expect(nearestTask(name, TASKS)).toBe(meant);
  });
});
