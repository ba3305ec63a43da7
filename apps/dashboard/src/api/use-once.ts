import { useQuery, type UseQueryResult } from '@tanstack/react-query';

/** What the gateway says when a page begins, for as long as that is shown: what is being changed does not change underneath. */
export function useOnce<T>(key: readonly unknown[], read: (signal: AbortSignal) => Promise<T>): UseQueryResult<T> {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => read(signal), staleTime: 'static', gcTime: 0 });
}
