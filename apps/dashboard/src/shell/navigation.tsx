import {
  Activity,
  Boxes,
  CalendarClock,
  HeartPulse,
  Inbox,
  KeyRound,
  Layers,
  ListChecks,
  type LucideIcon,
  ScrollText,
  Skull,
  SquareFunction,
  Webhook,
  Workflow,
} from 'lucide-react';
import { type ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useMay } from './session';

interface Entry {
  readonly to: string;
  readonly name: string;
  readonly icon: LucideIcon;
  /** The scope that it needs: who has it not is not shown what the gateway would refuse. */
  readonly needs?: 'admin' | 'jobs:read';
}

const GROUPS: readonly { readonly name: string; readonly entries: readonly Entry[] }[] = [
  {
    name: 'Work',
    entries: [
      { to: '/', name: 'Overview', icon: Activity, needs: 'admin' },
      { to: '/jobs', name: 'Jobs', icon: ListChecks },
      { to: '/queues', name: 'Queues', icon: Layers, needs: 'admin' },
      { to: '/dead-letters', name: 'Dead letters', icon: Skull, needs: 'admin' },
      { to: '/batches', name: 'Batches', icon: Boxes },
    ],
  },
  {
    name: 'Sources',
    entries: [
      { to: '/tasks', name: 'Tasks', icon: SquareFunction },
      { to: '/schedules', name: 'Schedules', icon: CalendarClock, needs: 'jobs:read' },
      { to: '/triggers', name: 'Triggers', icon: Workflow, needs: 'jobs:read' },
    ],
  },
  {
    name: 'Notifications',
    entries: [{ to: '/webhooks', name: 'Webhooks', icon: Webhook, needs: 'jobs:read' }],
  },
  {
    name: 'Operation',
    entries: [
      { to: '/workers', name: 'Workers', icon: Inbox, needs: 'admin' },
      { to: '/health', name: 'Health', icon: HeartPulse, needs: 'admin' },
      { to: '/keys', name: 'API keys', icon: KeyRound, needs: 'admin' },
      { to: '/actions', name: 'Actions', icon: ScrollText, needs: 'admin' },
    ],
  },
];

export function Navigation({ onChoice }: { readonly onChoice: () => void }): ReactNode {
  const may = { admin: useMay('admin'), 'jobs:read': useMay('jobs:read') };
  return (
    <nav aria-label="Pages">
      {GROUPS.map(({ name, entries }) => {
        const shown = entries.filter(({ needs }) => needs === undefined || may[needs]);
        return shown.length === 0 ? null : (
          <section key={name} aria-label={name}>
            <p className="nav-group" aria-hidden>
              {name}
            </p>
            <ul>
              {shown.map(({ to, name: page, icon: Icon }) => (
                <li key={to}>
                  <NavLink to={to} end={to === '/'} onClick={onChoice}>
                    <Icon size={16} aria-hidden />
                    {page}
                  </NavLink>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}
