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
  /** Who is no admin is not shown what the gateway would refuse. */
  readonly forAdmins?: boolean;
}

const GROUPS: readonly { readonly name: string; readonly entries: readonly Entry[] }[] = [
  {
    name: 'Work',
    entries: [
      { to: '/', name: 'Overview', icon: Activity, forAdmins: true },
      { to: '/jobs', name: 'Jobs', icon: ListChecks },
      { to: '/queues', name: 'Queues', icon: Layers, forAdmins: true },
      { to: '/dead-letters', name: 'Dead letters', icon: Skull, forAdmins: true },
      { to: '/batches', name: 'Batches', icon: Boxes },
    ],
  },
  {
    name: 'What starts it',
    entries: [
      { to: '/tasks', name: 'Tasks', icon: SquareFunction },
      { to: '/schedules', name: 'Schedules', icon: CalendarClock },
      { to: '/triggers', name: 'Triggers', icon: Workflow },
    ],
  },
  {
    name: 'What hears of it',
    entries: [{ to: '/webhooks', name: 'Webhooks', icon: Webhook }],
  },
  {
    name: 'Operation',
    entries: [
      { to: '/workers', name: 'Workers', icon: Inbox, forAdmins: true },
      { to: '/health', name: 'Health', icon: HeartPulse, forAdmins: true },
      { to: '/keys', name: 'API keys', icon: KeyRound, forAdmins: true },
      { to: '/actions', name: 'Actions', icon: ScrollText, forAdmins: true },
    ],
  },
];

export function Navigation({ onChoice }: { readonly onChoice: () => void }): ReactNode {
  const isAdmin = useMay('admin');
  return (
    <nav aria-label="Pages">
      {GROUPS.map(({ name, entries }) => {
        const shown = entries.filter(({ forAdmins }) => forAdmins !== true || isAdmin);
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
