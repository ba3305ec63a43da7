import { Menu } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Link, Outlet } from 'react-router';
import { Account } from './account';
import { JobFinder } from './job-finder';
import logo from './leveret.svg';
import { Navigation } from './navigation';
import { PageBoundary } from './page-boundary';
import { ThemeSwitch } from './theme-switch';

/** What is around every page. */
export function Shell(): ReactNode {
  const { isOpen, open, close, sidebar, button } = useSidebar();
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape' && isOpen) close();
  };
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <aside className="sidebar" data-open={isOpen} ref={sidebar} onKeyDown={onKeyDown}>
        <Link className="brand" to="/">
          <img src={logo} alt="" width={24} height={24} />
          Leveret
        </Link>
        <Navigation onChoice={close} />
        <a className="nav-foot" href="/docs">
          API reference
        </a>
      </aside>
      {isOpen && <div className="sidebar-backdrop" onClick={close} />}
      <div className="main-column">
        <header className="topbar">
          <button
            type="button"
            className="icon-button menu-button"
            aria-label="Pages"
            aria-expanded={isOpen}
            ref={button}
            onClick={isOpen ? close : open}
          >
            <Menu size={18} aria-hidden />
          </button>
          <JobFinder />
          <span className="spacer" />
          <ThemeSwitch />
          <Account />
        </header>
        <main id="content" tabIndex={-1}>
          <PageBoundary>
            <Outlet />
          </PageBoundary>
        </main>
      </div>
    </div>
  );
}

interface Sidebar {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
  readonly sidebar: RefObject<HTMLElement | null>;
  readonly button: RefObject<HTMLButtonElement | null>;
}

/** The sidebar where there is no room for it beside the page: the focus goes into it, and back when it is shut. */
function useSidebar(): Sidebar {
  const [isOpen, setOpen] = useState(false);
  const sidebar = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) sidebar.current?.querySelector<HTMLElement>('nav a')?.focus();
  }, [isOpen]);
  const close = (): void => {
    if (isOpen) button.current?.focus();
    setOpen(false);
  };
  return { isOpen, open: () => setOpen(true), close, sidebar, button };
}
