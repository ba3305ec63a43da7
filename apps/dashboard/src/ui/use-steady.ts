import { type PointerEvent, useState } from 'react';

/** A value that holds still. */
export interface Steady<T> {
  readonly shown: T;
  readonly isHeld: boolean;
  /** For the element over which it holds still. */
  readonly hold: {
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
  };
  /** Lets it go on although it is pointed at: what was done is to be seen. */
  readonly release: () => void;
}

/**
 * What is live holds still while a mouse is over it: nothing slips away from under it between aiming and clicking.
 * @param of names what the value is of, where that changes: it is held no longer than that stays
 */
export function useSteady<T>(latest: T, of = ''): Steady<T> {
  const [held, setHeld] = useState<{ readonly of: string; readonly value: T } | null>(null);
  const isHeld = held?.of === of;
  return {
    shown: isHeld ? held.value : latest,
    isHeld,
    hold: {
      onPointerEnter: ({ pointerType }) => {
        if (pointerType === 'mouse') setHeld({ of, value: latest });
      },
      onPointerLeave: () => setHeld(null),
    },
    release: () => setHeld(null),
  };
}
