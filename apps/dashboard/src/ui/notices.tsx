import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { NoticeButton } from './notice-button';
import { newestUndo, type Notice, withNotice } from './notice-list';
import { useUndoKeys } from './use-undo-keys';

/** Something that goes on, as it is shown. */
interface Ongoing {
  readonly say: (text: string) => void;
  readonly end: () => void;
}

interface Notices {
  readonly notify: (kind: 'done' | 'failed', text: string) => void;
  /** Says what is about to be done; true when it is to be done, because nobody has undone it. */
  readonly offerUndo: (text: string) => Promise<boolean>;
  /** Says what goes on, whichever page is looked at, with a button to stop it. */
  readonly showOngoing: (text: string, stop: () => void) => Ongoing;
}

const GONE_AFTER_MS = 6_000;
const UNDO_MS = 5_000;

const NoticesContext = createContext<Notices>({
  notify: () => undefined,
  offerUndo: () => Promise.resolve(false),
  showOngoing: () => ({ say: () => undefined, end: () => undefined }),
});

/** Says what came of something, beside whatever is shown. */
export function useNotify(): Notices['notify'] {
  return useContext(NoticesContext).notify;
}

/** Gives who has confirmed something some seconds to think better of it. */
export function useUndo(): Notices['offerUndo'] {
  return useContext(NoticesContext).offerUndo;
}

/** Shows what takes long, and lets it be stopped. */
export function useOngoing(): Notices['showOngoing'] {
  return useContext(NoticesContext).showOngoing;
}

export function NoticeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<readonly Notice[]>([]);
  const count = useRef(0);
  const add = useCallback((notice: Omit<Notice, 'number'>): number => {
    const number = (count.current += 1);
    setShown((earlier) => withNotice(earlier, { ...notice, number }));
    return number;
  }, []);
  const drop = useCallback((number: number): void => {
    setShown((earlier) => earlier.filter((notice) => notice.number !== number));
  }, []);
  const notices = useMemo<Notices>(
    () => ({
      notify: (kind, text) => {
        const number = add({ kind, text });
        // Why something was not done stays until it has been read.
        if (kind === 'done') setTimeout(() => drop(number), GONE_AFTER_MS);
      },
      offerUndo: async (text) => {
        const { promise, resolve } = Promise.withResolvers<boolean>();
        const timer = setTimeout(() => resolve(true), UNDO_MS);
        const number = add({
          kind: 'ongoing',
          text,
          button: { name: 'Undo', press: () => resolve(false), isUndo: true },
        });
        const isToBeDone = await promise;
        clearTimeout(timer);
        drop(number);
        return isToBeDone;
      },
      showOngoing: (text, stop) => {
        const number = add({ kind: 'ongoing', text, button: { name: 'Stop', press: stop } });
        const say = (next: string): void =>
          setShown((earlier) => earlier.map((one) => (one.number === number ? { ...one, text: next } : one)));
        return { say, end: () => drop(number) };
      },
    }),
    [add, drop],
  );
  return (
    <NoticesContext value={notices}>
      {children}
      <NoticeBoxes shown={shown} onClose={drop} />
    </NoticesContext>
  );
}

interface NoticeBoxesProps {
  readonly shown: readonly Notice[];
  readonly onClose: (number: number) => void;
}

function NoticeBoxes({ shown, onClose }: NoticeBoxesProps): ReactNode {
  const undo = newestUndo(shown);
  useUndoKeys(undo?.press);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <NoticeBox
          key={notice.number}
          notice={notice}
          hasKeys={notice.button !== undefined && notice.button === undo}
          onClose={() => onClose(notice.number)}
        />
      ))}
    </div>
  );
}

interface NoticeBoxProps {
  readonly notice: Notice;
  /** Whether keys press its button, too. */
  readonly hasKeys: boolean;
  readonly onClose: () => void;
}

function NoticeBox({ notice: { kind, text, button }, hasKeys, onClose }: NoticeBoxProps): ReactNode {
  return (
    <div className={`notice ${kind}`}>
      <span>{text}</span>
      {button === undefined ? (
        <button type="button" className="icon-button" aria-label="Close this notice" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      ) : (
        <NoticeButton button={button} hasKeys={hasKeys} />
      )}
    </div>
  );
}
