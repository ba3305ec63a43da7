import { type ReactNode } from 'react';
import { type Examination, readExamination } from '../../api/own-calls';
import { useLive } from '../../api/use-live';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';

const EVERY_MS = 60_000;

type Finding = Examination['findings'][number];

/** What is declared, compared with what is in force; what is to be mended comes first. */
export function DoctorSection(): ReactNode {
  const query = useLive(['doctor'], readExamination, { everyMs: EVERY_MS });
  return (
    <Section title="Doctor">
      <Loaded query={query}>
        {({ examinedAt, findings }) => (
          <>
            <p className="verdict" data-good={findings.every(({ grade }) => grade !== 'mend')}>
              to mend: <strong>{findings.filter(({ grade }) => grade === 'mend').length}</strong>
            </p>
            <p className="muted">
              Declared and in force were compared <Time at={examinedAt} />.
            </p>
            <Table
              label="What the doctor has found"
              columns={COLUMNS}
              rows={findings.toSorted((one, other) => ORDER.indexOf(one.grade) - ORDER.indexOf(other.grade))}
              keyOf={({ check, says }) => `${check} ${says}`}
              empty="Nothing was looked at."
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

const ORDER: readonly Finding['grade'][] = ['mend', 'unknown', 'note', 'good'];

const COLUMNS: readonly Column<Finding>[] = [
  { name: 'Grade', cell: ({ grade }) => <StatusBadge status={grade} /> },
  { name: 'Check', cell: ({ check }) => check },
  {
    name: 'What was found',
    cell: ({ says, mend }) => (
      <>
        {says} {mend !== undefined && <span className="muted">{mend}</span>}
      </>
    ),
  },
];
