import { Menu } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link, Outlet } from 'react-router';
import { Account } from './account';
import { JobFinder } from './job-finder';
import logo from './leveret.svg';
import { Navigation } from './navigation';
import { PageBoundary } from './page-boundary';
import { ThemeSwitch } from './theme-switch';

/** What is around every page. */
export function Shell(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <aside className="sidebar" data-open={isOpen}>
        <Link className="brand" to="/">
          <img src={logo} alt="" width={24} height={24} />
          Leveret
        </Link>
        <Navigation onChoice={() => setOpen(false)} />
        <a className="nav-foot" href="/docs">
          API reference
        </a>
      </aside>
      <div className="main-column">
        <header className="topbar">
          <button
            type="button"
            className="icon-button menu-button"
            aria-label="Pages"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
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
