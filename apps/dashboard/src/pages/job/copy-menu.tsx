import { type JobWithOptions } from '#libs/sdk';
import { Copy } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode } from 'react';
import { useNotify } from '../../ui/notices';
import { useCopy } from '../../ui/use-copy';
import { asCurl, asSdkCall } from './as-code';

/** Gives a job as something that starts one like it. */
export function CopyMenu({ job }: { readonly job: JobWithOptions }): ReactNode {
  const notify = useNotify();
  const copyText = useCopy();
  const copy = async (what: string, text: string): Promise<void> => {
    if (await copyText(text)) notify('done', `Copied as ${what}.`);
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet">
        <Copy size={14} aria-hidden />
        Copy as
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.Item className="menu-item" onSelect={() => void copy('curl', asCurl(job))}>
            curl
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => void copy('a call of the SDK', asSdkCall(job))}>
            SDK
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
