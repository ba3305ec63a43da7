import { createContext, useContext, useEffect } from 'react';

interface HeldTables {
  readonly isHeld: boolean;
  readonly report: (isHeld: boolean) => void;
}

/** Whether a table of the page holds still, as tables report. */
export const HeldTablesContext = createContext<HeldTables>({ isHeld: false, report: () => undefined });

/** Tells the page that a table of it holds still, for as long as it does. */
export function useHeldReport(isHeld: boolean): void {
  const { report } = useContext(HeldTablesContext);
  useEffect(() => {
    if (!isHeld) return undefined;
    report(true);
    return () => report(false);
  }, [isHeld, report]);
}
