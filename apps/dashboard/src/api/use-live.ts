import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';

const EVERY_MS = 2_000;

/**
 * What the gateway says, asked again every two seconds while the page is seen; a page that is hidden asks nothing. While other
 * filters or another page of a list are asked for, the earlier answer stays.
 */
export function useLive<T>(
  key: readonly unknown[],
  read: (signal: AbortSignal) => Promise<T>,
  { everyMs = EVERY_MS, enabled = true }: { readonly everyMs?: number | false; readonly enabled?: boolean } = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => read(signal),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** Names what an answer is of: what was asked for, or what was asked for before while that answer stays. */
export function listOf({ isPlaceholderData }: Pick<UseQueryResult, 'isPlaceholderData'>, asked: string): string {
  return isPlaceholderData ? `before ${asked}` : asked;
}
