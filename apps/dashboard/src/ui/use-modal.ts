import { useEffect, useState } from 'react';

/** What is shown before all else: what is behind it can neither be reached nor heard of meanwhile. */
export function useModal(): { readonly onCloseAutoFocus: (event: Event) => void } {
  // Asked before anything is shown: by the time of an effect the focus is in what is shown.
  const [before] = useState(lastingFocus);
  useEffect(() => {
    const page = document.getElementById('page');
    page?.setAttribute('inert', '');
    return () => page?.removeAttribute('inert');
  }, []);
  return {
    onCloseAutoFocus: (event) => {
      // The library leads the focus to a trigger of its own, which these have not.
      event.preventDefault();
      if (before instanceof HTMLElement) before.focus();
    },
  };
}

/** What has the focus; of a menu, which is gone as soon as something of it is chosen, what has opened it. */
function lastingFocus(): Element | null {
  const opener = document.activeElement?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return opener == null ? document.activeElement : document.getElementById(opener);
}
