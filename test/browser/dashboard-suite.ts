import { type Browser, type Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type SuiteOptions, type TestSuite } from '../support/test-suite.js';
import { startFoundChromium } from './chromium.js';
import { DashboardPages } from './dashboard-pages.js';

/** A suite, and its dashboard in a browser with an admin who is signed in. */
export class DashboardSuite {
  readonly jobs: SuiteJobs;

  private constructor(
    readonly suite: TestSuite,
    readonly browser: Browser,
    readonly pages: DashboardPages,
  ) {
    this.jobs = new SuiteJobs(suite);
  }

  static async start(options: SuiteOptions): Promise<DashboardSuite> {
    const suite = await startSuite(options);
    try {
      const browser = await startFoundChromium();
      const pages = await DashboardPages.open(browser, suite.url, process.env['PICTURES']);
      await pages.signIn(suite.apiKey);
      return new DashboardSuite(suite, browser, pages);
    } catch (error) {
      // The browser ends with the process of the tests, a suite does not.
      await suite.stop();
      throw error;
    }
  }

  /**
   * Looks at a page when nothing of it is loading any more.
   * @returns what is wrong with it
   */
  async examine(name: string, path: string, title: string | RegExp): Promise<string[]> {
    const page = await this.pages.visit(path);
    await heading(page, title);
    await eventually('what is loading', async () => (await page.getByText('Loading…').count()) === 0 || undefined);
    return this.pages.examine(page, name);
  }

  async closePages(): Promise<void> {
    await Promise.all(this.pages.context.pages().map((page) => page.close()));
  }

  async stop(): Promise<void> {
    await this.browser.close().finally(() => this.suite.stop());
  }
}

export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name }).waitFor();
}

export function press(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('button', { name }).first().click();
}

export function said(page: Page, text: string | RegExp): Promise<void> {
  return page.getByRole('status').getByText(text).first().waitFor();
}

export function status(page: Page, text: string): Promise<void> {
  return page.locator('.page-header .status', { hasText: text }).waitFor();
}
