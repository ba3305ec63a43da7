import { type ReactNode, useContext } from 'react';
import { useLocation } from 'react-router';
import { listOf } from '../api/use-live';
import { EarlierAnswerContext } from './earlier-answer';
import { useHeldReport } from './held-tables';
import { type Steady, useSteady } from './use-steady';

/** A column: what stands above it, and what of a row is in it. */
export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Its name is read out, not shown: what is in it speaks for itself. */
  readonly isNameless?: boolean;
  /** Left out where there is little room. */
  readonly isMinor?: boolean;
}

interface TableProps<Row> {
  /** What it lists, for who does not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
  /** Given where whoever shows the rows holds them still; else the table does so. */
  readonly hold?: Steady<unknown>['hold'];
}

export function Table<Row>({ label, columns, rows: latest, keyOf, empty, hold }: TableProps<Row>): ReactNode {
  const { pathname, search } = useLocation();
  const isPlaceholderData = useContext(EarlierAnswerContext);
  // Which part of which list is asked for stands in the address.
  const own = useSteady(latest, listOf({ isPlaceholderData }, `${pathname}${search}`));
  useHeldReport(own.isHeld);
  const rows = hold === undefined ? own.shown : latest;
  if (rows.length === 0) return <p className="empty">{empty}</p>;
  return (
    <div className="table-frame" tabIndex={0} role="group" aria-label={label} {...(hold ?? own.hold)}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={classOf(column)}>
                <span className={column.isNameless === true ? 'unseen' : undefined}>{column.name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.name} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf({ isNumber = false, isMinor = false }: Pick<Column<never>, 'isNumber' | 'isMinor'>): string {
  return [isNumber ? 'number' : '', isMinor ? 'wide-only' : ''].join(' ').trim();
}
