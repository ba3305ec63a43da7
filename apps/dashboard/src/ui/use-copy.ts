import { useNotify } from './notices';

/** Copies a text; false, and said so, when the browser does not let it be done. */
export function useCopy(): (text: string) => Promise<boolean> {
  const notify = useNotify();
  return async (text) => {
    const isCopied = await copy(text).catch(() => false);
    if (!isCopied) notify('failed', 'The browser did not let it be copied.');
    return isCopied;
  };
}

async function copy(text: string): Promise<boolean> {
  // A page that came neither by HTTPS nor from this machine has no clipboard.
  if (!('clipboard' in navigator)) return copyByCommand(text);
  await navigator.clipboard.writeText(text);
  return true;
}

function copyByCommand(text: string): boolean {
  const give = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', give);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else is there where the clipboard is not
  const isCopied = document.execCommand('copy');
  document.removeEventListener('copy', give);
  return isCopied;
}
