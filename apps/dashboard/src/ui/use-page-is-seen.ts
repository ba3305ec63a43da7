import { useSyncExternalStore } from 'react';

/** False while the page is in a tab behind others, or minimised. */
export function usePageIsSeen(): boolean {
  return useSyncExternalStore(follow, () => document.visibilityState === 'visible');
}

function follow(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}
