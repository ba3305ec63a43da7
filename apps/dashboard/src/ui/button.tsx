import { type ButtonHTMLAttributes, type ReactNode } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `danger` for what cannot be taken back. @default 'plain' */
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** What it has started goes on. */
  readonly busy?: boolean;
}

export function Button({ kind = 'plain', busy = false, disabled, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" {...rest} className={`button ${kind}`} disabled={disabled === true || busy} aria-busy={busy}>
      {children}
    </button>
  );
}
