import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Widths that pages are looked at in, and the themes. */
const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const THEMES = ['light', 'dark'] as const;

/** Runs in the page: how much wider its content is than itself. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
/** What markup in a job's texts would have become, had it been taken for markup. */
const FOREIGN = 'img[src="x"], script:not([src]), svg[onload], iframe';
/** Runs in the page: whether a planted text has run as a program. */
const PLANTED_RAN = 'window.planted !== undefined';

/** A theme changes colours alone: barriers of other kinds are looked for once. */
function examinerOf(page: Page, part: string, theme: (typeof THEMES)[number]): AxeBuilder {
  const examiner = new AxeBuilder({ page }).include(part);
  return theme === 'dark' ? examiner.withRules(['color-contrast']) : examiner;
}

/** The dashboard in a browser: a person who is signed in, and all that the browser complains of. */
export class DashboardPages {
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly url: string,
    private readonly pictures: string | undefined,
  ) {
    context.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        this.complaints.push(message.text());
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
  }

  /** @param pictures a folder for a picture of each page that is examined */
  static async open(browser: Browser, url: string, pictures?: string): Promise<DashboardPages> {
    const context = await browser.newContext({
      viewport: WIDTHS.wide,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    return new DashboardPages(context, url, pictures);
  }

  async signIn(apiKey: string): Promise<void> {
    const page = await this.visit('/');
    await page.getByLabel('API key').fill(apiKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.close();
  }

  async visit(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`${this.url}${path}`);
    return page;
  }

  /**
   * Looks at a page in both widths and themes.
   * @param part of the page, what axe is to look at alone
   * @returns what is wrong with it: barriers, foreign markup, planted text that has run, what sticks out
   */
  async examine(page: Page, name: string, part = 'html'): Promise<string[]> {
    const wrong: string[] = [];
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      const { violations } = await examinerOf(page, part, theme).analyze();
      wrong.push(
        ...violations.map(({ id, nodes }) => `${name}, ${theme}: ${id} ${nodes.map(({ html }) => html).join()}`),
      );
      for (const [width, viewport] of Object.entries(WIDTHS)) {
        await page.setViewportSize(viewport);
        const beyond = await page.evaluate<number>(OVERFLOW);
        if (beyond > 0) wrong.push(`${name}, ${width}: ${beyond} pixels stick out`);
        await this.#takePicture(page, `${name}-${width}-${theme}`);
      }
      await page.setViewportSize(WIDTHS.wide);
    }
    if ((await page.locator(FOREIGN).count()) > 0) wrong.push(`${name}: foreign markup`);
    if ((await page.evaluate(PLANTED_RAN)) === true) wrong.push(`${name}: a planted text has become a program`);
    return wrong;
  }

  async #takePicture(page: Page, name: string): Promise<void> {
    if (this.pictures !== undefined) await page.screenshot({ path: `${this.pictures}/${name}.png` });
  }
}
