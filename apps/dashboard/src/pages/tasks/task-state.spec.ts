import { expect, it } from '@jest/globals';
import { type Task } from '#libs/sdk';
import { taskState } from './task-state';

it.each([
  ['gone', { available: false, workers: 0 }],
  ['no workers', { available: true, workers: 0 }],
  ['available', { available: true, workers: 1 }],
  ['available', { available: true }],
])('is called %s when the gateway says %j', (state, told) => {
  expect(taskState(told as Task)).toBe(state);
});
