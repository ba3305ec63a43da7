import { useQueryClient } from '@tanstack/react-query';
import { type PointerEvent, useEffect, useState } from 'react';

/** A value that holds still. */
export interface Steady<T> {
  readonly shown: T;
  readonly isHeld: boolean;
  /** For the element over which it holds still. */
  readonly hold: {
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
  };
}

/**
 * What is live holds still while a mouse is over it: nothing slips away from under it between aiming and clicking. When something was
 * done it goes on all the same, because what came of that is to be seen.
 * @param of names what the value is of, where that changes: it is held no longer than that stays
 */
export function useSteady<T>(latest: T, of = ''): Steady<T> {
  const [held, setHeld] = useState<{ readonly of: string; readonly value: T } | null>(null);
  const isHeld = held?.of === of;
  const queries = useQueryClient();
  useEffect(
    () =>
      queries.getMutationCache().subscribe((event) => {
        if (event.type === 'updated' && ['success', 'error'].includes(event.action.type)) setHeld(null);
      }),
    [queries],
  );
  return {
    shown: isHeld ? held.value : latest,
    isHeld,
    hold: {
      onPointerEnter: ({ pointerType }) => {
        if (pointerType === 'mouse') setHeld({ of, value: latest });
      },
      onPointerLeave: () => setHeld(null),
    },
  };
}
