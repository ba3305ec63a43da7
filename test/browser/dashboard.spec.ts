import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Browser, type Response } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { type SuiteJobs } from '../support/suite-jobs.js';
import { type TestSuite } from '../support/test-suite.js';
import { type EndedJobs, PLANTED, plantBatch, plantEndedJobs } from './dashboard-data.js';
import { DashboardPages } from './dashboard-pages.js';
import { DashboardSuite, heading, press, said, status } from './dashboard-suite.js';

jest.setTimeout(90_000);

/** Runs in the page: it is said to be behind others, or before them again. */
const SEEN = (state: 'hidden' | 'visible'): string =>
  `Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' });` +
  "document.dispatchEvent(new Event('visibilitychange'));";

describe('the dashboard', () => {
  let dashboard: DashboardSuite;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let browser: Browser;
  let pages: DashboardPages;
  let data: EndedJobs;
  beforeAll(async () => {
    dashboard = await DashboardSuite.start({ apps: ['lab', 'integrations'] });
    ({ suite, jobs, browser, pages } = dashboard);
    [data] = await Promise.all([plantEndedJobs(suite), plantBatch(suite)]);
  });
  afterAll(() => dashboard.stop());
  afterEach(() => dashboard.closePages());

  it('lets in who has a key, leads to where they wanted, and lets nobody in after they sign out', async () => {
    const stranger = await DashboardPages.open(browser, suite.url);
    const page = await stranger.visit('/sign-in?trouble=__proto__');
    await page.getByLabel('API key').waitFor();
    await page.goto(`${suite.url}/tasks/lab.script`);
    await page.getByLabel('API key').fill('no such key');
    await press(page, 'Sign in');
    await page.getByRole('alert').getByText('unknown').waitFor();
    await page.getByLabel('API key').fill(suite.apiKey);
    await press(page, 'Sign in');
    await heading(page, 'lab.script');
    expect(await page.evaluate('document.cookie')).toBe('');
    const signOut = async (): Promise<void> => {
      await press(page, /Signed in as/);
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
    };
    await page.route('**/v1/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await signOut();
    await said(page, 'You are still signed in. The gateway cannot be reached.');
    await page.unroute('**/v1/session');
    await signOut();
    await page.getByLabel('API key').waitFor();
    await page.reload();
    await page.getByLabel('API key').waitFor();
    await stranger.context.close();
  });

  it('is a page that runs its own scripts alone and stands in no frame, with files that browsers keep', async () => {
    const loaded: Response[] = [];
    const page = await pages.context.newPage();
    page.on('response', (response) => loaded.push(response));
    const answer = await page.goto(`${suite.url}/jobs`);
    await heading(page, 'Jobs');
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    const assets = loaded.filter((response) => response.url().includes('/assets/'));
    expect(assets.length).toBeGreaterThan(1);
    expect(new Set(assets.map((asset) => asset.headers()['cache-control']))).toEqual(
      new Set(['public, max-age=31536000, immutable']),
    );
  });

  it.each([
    ['overview', '/', 'Overview'],
    ['workers', '/workers', 'Workers'],
    ['health', '/health', 'Health'],
    ['nothing', '/jobs/nothing', 'Job'],
  ])(
    'shows the page %s to everybody, at a desk and on a phone, with texts of jobs as text',
    async (name, path, title) => {
      expect(await dashboard.examine(name, path, title)).toEqual([]);
    },
  );

  it('says of a page that it has failed, and leads to the others', async () => {
    const unlucky = await DashboardPages.open(browser, suite.url);
    await unlucky.signIn(suite.apiKey);
    const page = await unlucky.context.newPage();
    const unreadable = '**/v1/jobs?*task=lab.script*';
    await page.route(unreadable, (route) => route.fulfill({ json: { data: [PLANTED] } }));
    await page.goto(`${suite.url}/jobs?task=lab.script`);
    await heading(page, 'This page has failed');
    expect(unlucky.complaints.join()).toContain('TypeError');
    expect(await page.getByRole('alert').innerText()).not.toContain('undefined');
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await heading(page, 'Jobs');
    await page.goBack();
    await heading(page, 'This page has failed');
    await page.unroute(unreadable);
    await press(page, 'Load it again');
    await heading(page, 'Jobs');
    await unlucky.context.close();
  });

  it('lists the workers that are alive, and apart from them those that are gone, a part at a time', async () => {
    const { data: alive } = await suite.leveret.workers.list().page();
    const gone = { ...alive[0], id: 'lab@gone:1-aaaa', alive: false };
    const page = await pages.context.newPage();
    const asked = new Set<string>();
    await page.route('**/v1/workers?*', async (route) => {
      const { searchParams } = new URL(route.request().url());
      asked.add([...searchParams.keys()].join());
      if (searchParams.get('alive') === 'true') await route.continue();
      else await route.fulfill({ json: { data: [gone], nextCursor: searchParams.has('cursor') ? null : 'older' } });
    });
    await page.goto(`${suite.url}/workers`);
    await page.getByRole('row', { name: /lab@gone:1-aaaa silent/ }).waitFor();
    await page
      .getByRole('row', { name: / alive / })
      .first()
      .waitFor();
    expect(await page.getByRole('row', { name: / alive / }).count()).toBe(alive.length);
    await press(page, 'Older');
    await page.getByRole('button', { name: 'Older', disabled: true }).waitFor();
    expect(asked).toEqual(new Set(['alive,limit', 'alive,cursor,limit']));
  });

  it('lists every task, however many parts the list has', async () => {
    const { data: tasks } = await suite.leveret.tasks.list().page();
    const page = await pages.context.newPage();
    await page.route('**/v1/tasks?*', (route) =>
      route.continue({ url: route.request().url().replace('limit=200', 'limit=1') }),
    );
    await page.goto(`${suite.url}/tasks`);
    for (const { name } of tasks) await page.getByRole('link', { name, exact: true }).waitFor();
  });

  it('keeps the filters of jobs in the address', async () => {
    const page = await pages.visit('/jobs');
    await page.getByLabel('failed', { exact: true }).check();
    await press(page, 'More filters');
    await page.getByLabel('Metadata').fill('order=4711');
    await page.getByLabel('Metadata').press('Enter');
    await eventually('one job', async () => (await page.getByRole('row').count()) === 2 || undefined);
    expect(new URL(page.url()).search).toBe('?status=failed&metadata.order=4711');
    await page.reload();
    await page.getByRole('link', { name: new RegExp(data.failed.slice(-12)) }).waitFor();
    await page.goBack();
    expect(new URL(page.url()).search).toBe('?status=failed');
    await page.getByRole('searchbox', { name: 'Open a job by its id' }).fill(data.completed);
    await page.keyboard.press('Enter');
    await status(page, 'completed');
  });

  it('lists jobs of several statuses', async () => {
    const page = await pages.visit('/jobs?metadata.order=4711');
    const chosen = page.getByRole('group', { name: 'Status' }).getByRole('checkbox', { checked: true });
    for (const name of ['failed', 'completed']) await page.getByLabel(name, { exact: true }).check();
    expect(new URL(page.url()).searchParams.get('status')).toBe('completed,failed');
    await page.reload();
    await page.getByRole('link', { name: new RegExp(data.failed.slice(-12)) }).waitFor();
    expect(await chosen.count()).toBe(2);
    await page.getByLabel('failed', { exact: true }).uncheck();
    await page.getByRole('link', { name: new RegExp(data.failed.slice(-12)) }).waitFor({ state: 'detached' });
    await page.getByLabel('completed', { exact: true }).uncheck();
    await page.getByRole('link', { name: new RegExp(data.failed.slice(-12)) }).waitFor();
    expect(new URL(page.url()).search).toBe('?metadata.order=4711');
  });

  it('holds a list still while it is pointed at, and asks nothing while it is not seen', async () => {
    const page = await pages.visit('/jobs?task=lab.script');
    const first = page.getByRole('row').nth(1);
    const before = await first.innerText();
    await first.hover();
    await page.getByText('Held while you point at it').waitFor();
    const { id } = await jobs.enqueue('lab.script', { steps: ['ok'] });
    await page.waitForResponse(
      async (answer) => answer.url().includes('/v1/jobs?') && (await answer.text()).includes(id),
    );
    expect((await first.innerText()).split('\n').slice(0, 3)).toEqual(before.split('\n').slice(0, 3));
    await page.getByRole('heading', { level: 1 }).hover();
    await page.getByRole('link', { name: new RegExp(id.slice(-12)) }).waitFor();
    await page.evaluate(SEEN('hidden'));
    let asked = 0;
    page.on('request', (request) => (asked += Number(request.url().includes('/v1/'))));
    // Two rounds of looking would have come and gone: another page of the same browser sees them pass.
    const other = await pages.visit('/jobs?status=completed');
    for (let round = 0; round < 2; round += 1)
      await other.waitForResponse((answer) => answer.url().includes('/v1/jobs?'));
    expect(asked).toBe(0);
    await page.evaluate(SEEN('visible'));
    await page.waitForResponse((answer) => answer.url().includes('/v1/jobs?'));
  });

  it('holds whichever list is pointed at, and lets it go on when something was done in it', async () => {
    const made = async (name: string): Promise<void> => {
      await suite.leveret.apiKeys.create({ name, tenant: 'default', scopes: ['jobs:read'] });
    };
    await made('to be revoked');
    const page = await pages.visit('/keys');
    const row = page.getByRole('row', { name: /to be revoked/ });
    await row.hover();
    await made('comes meanwhile');
    await page.waitForResponse(async (answer) => (await answer.text()).includes('comes meanwhile'));
    expect(await page.getByRole('row', { name: /comes meanwhile/ }).count()).toBe(0);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await press(page, 'Revoke the key');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /comes meanwhile/ }).waitFor();
    // By name: the legend of the overview's chart has rows too, and may be there first.
    for (const [path, list] of [
      ['/batches?open=false', 'Batches'],
      ['/queues', 'Queues'],
      ['/', 'Queues'],
    ] as const) {
      const other = await pages.visit(path);
      await other.getByRole('group', { name: list }).getByRole('row').nth(1).hover();
      await other.locator('.page-header').getByText('Held while you point at it').waitFor();
    }
  });

  it('holds of a list that is asked for no other that stays until then', async () => {
    const page = await pages.visit('/batches?open=false');
    let answer = (): void => undefined;
    const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/v1/batches?*open=true*', async (route) => {
      await mayAnswer;
      await route.fulfill({ json: { data: [], nextCursor: null } });
    });
    const row = page.getByRole('row').nth(1);
    await row.waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await row.hover();
    await page.getByText('Held while you point at it').waitFor();
    answer();
    await page.getByText('There is no batch.').waitFor();
  });

  it('shows times in the zone of who looks', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' });
    await context.addCookies(await pages.context.cookies());
    const page = await context.newPage();
    await page.goto(`${suite.url}/jobs/${data.completed}`);
    const { completedAt } = await jobs.show(data.completed);
    const at = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone: 'Asia/Tokyo' });
    await page
      .locator('.timeline')
      .getByText(at.format(new Date(completedAt ?? '')), { exact: true })
      .last()
      .waitFor();
    await context.close();
  });

  it('can be used by keys alone', async () => {
    const page = await pages.visit('/jobs?status=completed');
    await page.getByRole('table').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page
      .getByRole('link', { name: /lab.script/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await heading(page, 'lab.script');
    await page.getByRole('button', { name: 'Duplicate' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    const focused = async (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
    await eventually('the focus', async () => (await focused()) === 'Duplicate' || undefined);
    await page.goto(`${suite.url}/jobs?status=completed`);
    await page.getByRole('button', { name: 'All that fit' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Delete' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await eventually('the focus', async () => (await focused()) === 'All that fit' || undefined);
  });

  it('leads into its pages by keys where the list of them has to be opened first', async () => {
    const page = await pages.visit('/jobs');
    await page.setViewportSize({ width: 375, height: 812 });
    const button = page.getByRole('button', { name: 'Pages' });
    const focused = async (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
    await button.focus();
    await page.keyboard.press('Enter');
    await eventually('the focus', async () => (await focused()) === 'Overview' || undefined);
    await page.keyboard.press('Escape');
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Pages');
    await button.click();
    await page.mouse.click(360, 400);
    await page.getByRole('link', { name: 'Overview' }).waitFor({ state: 'hidden' });
    await button.click();
    await page.getByRole('link', { name: 'Queues' }).click();
    await heading(page, 'Queues');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
  });

  it('has given the browser nothing to complain of', () => {
    expect(pages.complaints).toEqual([]);
  });
});
