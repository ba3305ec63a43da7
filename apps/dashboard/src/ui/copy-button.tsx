import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useCopy } from './use-copy';

const SHOWN_MS = 1_500;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: "the id". */
  readonly what: string;
  readonly children?: ReactNode;
}

export function CopyButton({ text, what, children }: CopyButtonProps): ReactNode {
  const [isCopied, setCopied] = useState(false);
  const copyText = useCopy();
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <button type="button" className="icon-button with-text" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      <Icon size={14} aria-hidden />
      {children}
    </button>
  );
}
