import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button } from './button';

type Kind = 'done' | 'failed';

interface Notice {
  readonly number: number;
  readonly kind: Kind | 'waiting';
  readonly text: string;
  /** Of what is about to be done: it is not, then. */
  readonly undo?: () => void;
}

type Notify = (kind: Kind, text: string) => void;

/** Says what is about to be done; true when it is to be done, because nobody has undone it. */
type OfferUndo = (text: string) => Promise<boolean>;

const GONE_AFTER_MS = 6_000;
const UNDO_MS = 5_000;
const MOST = 4;

const NotifyContext = createContext<Notify>(() => undefined);
const UndoContext = createContext<OfferUndo>(() => Promise.resolve(false));

/** Says what came of something, beside whatever is shown. */
export function useNotify(): Notify {
  return useContext(NotifyContext);
}

/** Gives who has confirmed something some seconds to think better of it. */
export function useUndo(): OfferUndo {
  return useContext(UndoContext);
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
  const offerUndo = useCallback<OfferUndo>(
    (text) =>
      new Promise((resolve) => {
        const number = performance.now();
        const settle = (isToBeDone: boolean): void => {
          drop(number);
          resolve(isToBeDone);
        };
        const timer = setTimeout(() => settle(true), UNDO_MS);
        const undo = (): void => {
          clearTimeout(timer);
          settle(false);
        };
        setNotices((shown) => [...shown, { number, kind: 'waiting', text, undo }]);
      }),
    [drop],
  );
  return (
    <NotifyContext value={notify}>
      <UndoContext value={offerUndo}>{children}</UndoContext>
      <div className="notices" role="status" aria-live="polite">
        {notices.map((notice) => (
          <NoticeBox key={notice.number} notice={notice} onClose={() => drop(notice.number)} />
        ))}
      </div>
    </NotifyContext>
  );
}

interface NoticeBoxProps {
  readonly notice: Notice;
  readonly onClose: () => void;
}

function NoticeBox({ notice: { kind, text, undo }, onClose }: NoticeBoxProps): ReactNode {
  return (
    <div className={`notice ${kind}`}>
      <span>{text}</span>
      {undo === undefined ? (
        <button type="button" className="icon-button" aria-label="Close this notice" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      ) : (
        <Button onClick={undo}>Undo</Button>
      )}
    </div>
  );
}
