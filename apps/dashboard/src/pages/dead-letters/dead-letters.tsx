import { type DeadLetterGroup } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Button } from '../../ui/button';
import { Loaded } from '../../ui/loaded';
import { countText } from '../../ui/number-text';
import { Page } from '../../ui/page';
import { type Column, Table } from '../../ui/table';
import { TextFilter } from '../../ui/text-filter';
import { Time } from '../../ui/time';
import { GroupButtons } from './group-buttons';
import { LetterList } from './letter-list';
import { Redrives } from './redrives';

const EVERY_MS = 5_000;
/** What makes a group, as the gateway's filters are called. */
const FILTERS = ['queue', 'task', 'errorCode'] as const;

/** What has died, by what it died of; and the letters of the group that is opened. */
export function DeadLetters(): ReactNode {
  const [parameters, setParameters] = useSearchParams();
  const filter = Object.fromEntries(FILTERS.flatMap((name) => pairOf(name, parameters.get(name))));
  const query = useLive(
    ['dead-letters', 'groups', filter],
    (signal) => leveret.deadLetters.groups(filter, { signal }),
    {
      everyMs: EVERY_MS,
    },
  );
  const open = (group: Partial<DeadLetterGroup>): void => {
    setParameters(Object.fromEntries(FILTERS.flatMap((name) => pairOf(name, group[name] ?? null))));
  };
  return (
    <Page title="Dead letters">
      <div className="filters" role="search" aria-label="Filter dead letters">
        <TextFilter name="Queue" value={filter['queue']} onChange={(queue) => open({ ...filter, queue })} />
        <TextFilter name="Task" value={filter['task']} onChange={(task) => open({ ...filter, task })} />
        <TextFilter
          name="Error code"
          value={filter['errorCode']}
          onChange={(errorCode) => open({ ...filter, errorCode })}
        />
        {Object.keys(filter).length > 0 && (
          <Button kind="quiet" onClick={() => open({})}>
            Clear
          </Button>
        )}
      </div>
      <div className="card">
        <Loaded query={query}>
          {(groups) => (
            <Table
              label="Groups of dead letters"
              columns={columnsOf(open)}
              rows={groups}
              keyOf={({ queue, task, errorCode }) => [queue, task, errorCode].join(' ')}
              empty="Nothing has died. Jobs that fail for good lie here until they are redriven or purged."
            />
          )}
        </Loaded>
      </div>
      {Object.keys(filter).length > 0 && <LetterList filter={filter} />}
      <Redrives />
    </Page>
  );
}

function pairOf(name: string, value: string | null): [string, string][] {
  return value === null || value === '' ? [] : [[name, value]];
}

function columnsOf(open: (group: DeadLetterGroup) => void): readonly Column<DeadLetterGroup>[] {
  return [
    {
      name: 'Error',
      cell: (group) => (
        <Button kind="quiet" onClick={() => open(group)}>
          <code>{group.errorCode}</code>
        </Button>
      ),
    },
    { name: 'Task', cell: ({ task }) => task ?? <span className="muted">not a job</span>, isMinor: true },
    { name: 'Queue', cell: ({ queue }) => queue, isMinor: true },
    { name: 'Letters', isNumber: true, cell: ({ count }) => countText(count) },
    { name: 'First', cell: ({ firstAt }) => <Time at={firstAt} />, isMinor: true },
    { name: 'Latest', cell: ({ lastAt }) => <Time at={lastAt} />, isMinor: true },
    { name: 'Do', isNameless: true, cell: (group) => <GroupButtons group={group} /> },
  ];
}
