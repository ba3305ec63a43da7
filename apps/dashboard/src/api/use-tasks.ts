import { type UseQueryResult } from '@tanstack/react-query';
import { type Task } from '#libs/sdk';
import { leveret } from './leveret';
import { useLive } from './use-live';
import { wholeList } from './whole-list';

/** Every task that there is. Who fills in a form asks for them once: `everyMs` is false. */
export function useTasks({ everyMs }: { readonly everyMs: number | false }): UseQueryResult<readonly Task[]> {
  return useLive(['tasks'], (signal) => wholeList(leveret.tasks.list({ limit: 200 }), signal), { everyMs });
}
