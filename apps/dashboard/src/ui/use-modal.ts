import { useEffect, useRef } from 'react';

/** What is shown before all else: what is behind it can neither be reached nor heard of meanwhile. */
export function useModal(): { readonly onCloseAutoFocus: (event: Event) => void } {
  const before = useRef<Element | null>(null);
  useEffect(() => {
    before.current ??= document.activeElement;
    const page = document.getElementById('page');
    page?.setAttribute('inert', '');
    return () => page?.removeAttribute('inert');
  }, []);
  return {
    onCloseAutoFocus: (event) => {
      // The library leads the focus to a trigger of its own, which these have not.
      event.preventDefault();
      if (before.current instanceof HTMLElement) before.current.focus();
    },
  };
}
