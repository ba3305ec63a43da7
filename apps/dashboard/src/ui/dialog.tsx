import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode } from 'react';
import { useModal } from './use-modal';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Something that is asked or shown before all else. Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProps): ReactNode {
  const modal = useModal();
  return (
    <Radix.Root open onOpenChange={onClose}>
      <Radix.Portal>
        {/* Not the overlay of the library: that one sets styles which the page's policy refuses. */}
        <div className="backdrop" />
        <Radix.Content className="dialog card" aria-describedby={undefined} {...modal}>
          <header>
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close className="icon-button" aria-label="Close">
              <X size={16} aria-hidden />
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
