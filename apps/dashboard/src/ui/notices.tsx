import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

type Kind = 'done' | 'failed';

interface Notice {
  readonly number: number;
  readonly kind: Kind;
  readonly text: string;
}

type Notify = (kind: Kind, text: string) => void;

const GONE_AFTER_MS = 6_000;
const MOST = 4;

const NotifyContext = createContext<Notify>(() => undefined);

/** Says what came of something, beside whatever is shown. */
export function useNotify(): Notify {
  return useContext(NotifyContext);
}

export function NoticeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const drop = useCallback((number: number): void => {
    setNotices((shown) => shown.filter((notice) => notice.number !== number));
  }, []);
  const notify = useCallback<Notify>(
    (kind, text) => {
      const number = performance.now();
      setNotices((shown) => [...shown.slice(1 - MOST), { number, kind, text }]);
      // Why something was not done stays until it has been read.
      if (kind === 'done') setTimeout(() => drop(number), GONE_AFTER_MS);
    },
    [drop],
  );
  return (
    <NotifyContext value={notify}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ number, kind, text }) => (
          <div key={number} className={`notice ${kind}`}>
            <span>{text}</span>
            <button type="button" className="icon-button" aria-label="Close this notice" onClick={() => drop(number)}>
              <X size={14} aria-hidden />
            </button>
          </div>
        ))}
      </div>
    </NotifyContext>
  );
}
