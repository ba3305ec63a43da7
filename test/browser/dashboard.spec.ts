import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Browser, type Page, type Response } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { startFoundChromium } from './chromium.js';
import { type DashboardData, PLANTED, plantData } from './dashboard-data.js';
import { DashboardPages } from './dashboard-pages.js';
import { WebhookReceiver } from './webhook-receiver.js';

jest.setTimeout(90_000);

/** Runs in the page: it is said to be behind others, or before them again. */
const SEEN = (state: 'hidden' | 'visible'): string =>
  `Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' });` +
  "document.dispatchEvent(new Event('visibilitychange'));";

/** Runs in the page: whether it has a clipboard, as pages have not that came by plain HTTP from elsewhere. */
const CLIPBOARD = (isThere: boolean): string =>
  isThere
    ? 'Object.defineProperty(Navigator.prototype, "clipboard", window.clipboardOfPage);'
    : 'window.clipboardOfPage = Object.getOwnPropertyDescriptor(Navigator.prototype, "clipboard");' +
      'delete Navigator.prototype.clipboard;';

describe('the dashboard', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let data: DashboardData;
  let browser: Browser;
  let receiver: WebhookReceiver;
  let pages: DashboardPages;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    const env = { EGRESS_ALLOW: receiver.host, TRACE_URL: 'https://traces.example.org/{traceId}' };
    [suite, browser] = await Promise.all([
      startSuite({ apps: ['lab', 'media', 'integrations'], env }),
      startFoundChromium(),
    ]);
    jobs = new SuiteJobs(suite);
    data = await plantData(suite, receiver.url);
    pages = await DashboardPages.open(browser, suite.url, process.env['PICTURES']);
    await pages.signIn(suite.apiKey);
  });
  afterAll(async () => {
    await browser.close();
    await suite.stop();
    await receiver.stop();
  });
  afterEach(() => Promise.all(pages.context.pages().map((page) => page.close())));

  const heading = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  const press = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole('button', { name }).first().click();
  const said = (page: Page, text: string | RegExp): Promise<void> =>
    page.getByRole('status').getByText(text).first().waitFor();
  const status = (page: Page, text: string): Promise<void> =>
    page.locator('.page-header .status', { hasText: text }).waitFor();

  /** Has the gateway say that the payload of `lab.script` has another schema. */
  const withSchema = (page: Page, schema: object): Promise<unknown> =>
    page.route('**/v1/tasks/lab.script', async (route) => {
      const task = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...task, schema } });
    });

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

  it.each<[string, (made: DashboardData) => string, string | RegExp]>([
    ['overview', () => '/', 'Overview'],
    ['jobs', () => '/jobs', 'Jobs'],
    ['job-completed', ({ completed }) => `/jobs/${completed}`, 'lab.script'],
    ['job-failed', ({ failed }) => `/jobs/${failed}`, 'lab.script'],
    ['job-picture', ({ picture }) => `/jobs/${picture}`, 'media.process-image'],
    ['job-flow', ({ spawner }) => `/jobs/${spawner}`, 'lab.spawn'],
    ['queues', () => '/queues', 'Queues'],
    ['queue', () => '/queues/lab', 'lab'],
    ['dead-letters', () => '/dead-letters?queue=lab', 'Dead letters'],
    ['batches', () => '/batches', 'Batches'],
    ['batch', ({ batch }) => `/batches/${batch}`, 'Batch'],
    ['tasks', () => '/tasks', 'Tasks'],
    ['task', () => '/tasks/media.process-image', 'media.process-image'],
    ['schedules', () => '/schedules', 'Schedules'],
    ['schedule', ({ schedule }) => `/schedules/${schedule}`, /Every hour/],
    ['triggers', () => '/triggers', 'Triggers'],
    ['trigger', ({ trigger }) => `/triggers/${trigger}`, /Orders/],
    ['webhooks', () => '/webhooks', 'Webhooks'],
    ['webhook', ({ endpoint }) => `/webhooks/${endpoint}`, /hooks$/],
    ['workers', () => '/workers', 'Workers'],
    ['keys', () => '/keys', 'API keys'],
    ['actions', () => '/actions', 'Actions'],
    ['health', () => '/health', 'Health'],
    ['nothing', () => '/jobs/nothing', 'Job'],
  ])(
    'shows the page %s to everybody, at a desk and on a phone, with texts of jobs as text',
    async (name, pathOf, title) => {
      const page = await pages.visit(pathOf(data));
      await heading(page, title);
      await eventually('what is loading', async () => (await page.getByText('Loading…').count()) === 0 || undefined);
      expect(await pages.examine(page, name)).toEqual([]);
      expect(await page.evaluate('window.planted')).toBeUndefined();
    },
  );

  it('shows planted text as it was written, where users can write', async () => {
    const { failed, schedule, trigger, endpoint } = data;
    const pagesOfJobs = [`/jobs/${failed}`, `/schedules/${schedule}`, `/triggers/${trigger}`];
    for (const path of [...pagesOfJobs, `/webhooks/${endpoint}`, '/keys']) {
      const page = await pages.visit(path);
      await page.getByText(PLANTED).first().waitFor();
      await page.close();
    }
    const page = await pages.visit(`/jobs/${data.picture}`);
    const picture = page.getByRole('img', { name: 'small.webp' });
    await eventually(
      'the picture',
      async () =>
        (await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)) === 200 || undefined,
    );
  });

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
    for (const path of ['/batches?open=false', '/queues', '/']) {
      const other = await pages.visit(path);
      await other.getByRole('row').nth(1).hover();
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

  it('follows a job while it runs, and cancels it when that is confirmed', async () => {
    const { id } = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 60_000, says: 'holding on' });
    const page = await pages.visit(`/jobs/${id}`);
    await page.getByText('50 % holding on').waitFor();
    await press(page, 'Cancel');
    await page.getByRole('alertdialog', { name: 'Cancel 1 job?' }).waitFor();
    expect(await pages.examine(page, 'confirmation', '[role=alertdialog]')).toEqual([]);
    await press(page, 'Keep as it is');
    expect((await jobs.show(id)).cancelRequestedAt).toBeNull();
    await press(page, 'Cancel');
    await press(page, 'Cancel the job');
    await status(page, 'cancelled');
    await press(page, 'Retry');
    await status(page, 'running');
    await jobs.ask('POST', `/v1/jobs/${id}/cancel`);
    await status(page, 'cancelled');
    await press(page, 'Delete');
    await press(page, 'Delete the job');
    await heading(page, 'Jobs');
    expect((await suite.api('GET', `/v1/jobs/${id}`)).status).toBe(404);
  });

  it('shows the attempts and the log of a job to its end also where its stream cannot be had', async () => {
    const { id } = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 2_000, says: 'held on' });
    const page = await pages.context.newPage();
    await page.route('**/stream**', (route) => route.abort());
    await page.goto(`${suite.url}/jobs/${id}`);
    await status(page, 'completed');
    await page.locator('.attempts').getByText('completed').waitFor();
    await page.locator('.log').getByText('held on').waitFor();
  });

  it('leads from a job to its trace', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const request = { task: 'lab.script', payload: { steps: ['ok'] } };
    const { body } = await suite.api<{ id: string }>('POST', '/v1/jobs', request, { headers });
    const page = await pages.visit(`/jobs/${body.id}`);
    const link = page.getByRole('link', { name: traceId });
    expect(await link.getAttribute('href')).toBe(`https://traces.example.org/${traceId}`);
  });

  it('changes a job that waits, runs it now, and enqueues another like it', async () => {
    const page = await pages.visit(`/jobs/${data.scheduled}`);
    await press(page, 'Priority');
    await page.getByRole('spinbutton').fill('8');
    await press(page, 'Change the priority');
    await said(page, 'priority 8');
    await press(page, 'Run now');
    await status(page, 'completed');
    expect((await jobs.show(data.scheduled)).priority).toBe(8);
    await press(page, 'Duplicate');
    await page.getByRole('textbox', { name: 'Payload' }).fill('{ "steps": "wrong" }');
    await press(page, 'Enqueue a new job');
    await page.getByRole('dialog').getByRole('alert').getByText('payload.steps').waitFor();
    await page.getByRole('textbox', { name: 'Payload' }).fill('{ "steps": ["save"] }');
    await press(page, /^Options \(/);
    await page.getByLabel('timeout optional').fill('45s');
    await press(page, 'Enqueue a new job');
    await page.getByRole('link', { name: /note.txt/ }).waitFor();
    expect(page.url()).not.toContain(data.scheduled);
    await press(page, 'Copy as');
    await page.getByRole('menuitem', { name: 'curl' }).click();
    await said(page, 'Copied as curl');
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(copied).toContain('"save"');
    expect(copied).toContain('"timeout": "45s"');
    await page.evaluate(CLIPBOARD(false));
    await press(page, 'Copy the id of the job');
    await page.evaluate(CLIPBOARD(true));
    expect(page.url()).toContain(String(await page.evaluate('navigator.clipboard.readText()')));
  });

  it('does with chosen jobs what fits them, after saying how many', async () => {
    const made = await Promise.all([1, 2, 3].map(() => jobs.enqueue('lab.script', { steps: ['ok'] }, { delay: '1d' })));
    const page = await pages.visit('/jobs?status=scheduled');
    const [first = ''] = made.map(({ id }) => id);
    await page.getByLabel(`Choose job ${first}`).check();
    await page.getByLabel('scheduled', { exact: true }).uncheck();
    await page.getByText('1 job chosen').waitFor({ state: 'detached' });
    await page.goBack();
    const chooseAll = async (): Promise<void> => {
      for (const { id } of made) await page.getByLabel(`Choose job ${id}`).check();
    };
    await chooseAll();
    await press(page, 'Priority 3');
    await page.getByRole('spinbutton').fill('7');
    await press(page, 'Change the priority');
    await said(page, '3 jobs have priority 7 now');
    for (const { id } of made) expect((await jobs.show(id)).priority).toBe(7);
    await chooseAll();
    await press(page, 'Cancel 3');
    await page.getByRole('alertdialog', { name: 'Cancel 3 jobs?' }).waitFor();
    await press(page, 'Cancel 3 jobs');
    await said(page, '3 jobs cancelled');
    for (const { id } of made) expect((await jobs.show(id)).status).toBe('cancelled');
  });

  it('lets think better of what was confirmed, for a moment', async () => {
    const { id } = await jobs.enqueue('lab.script', { steps: ['ok'] }, { delay: '1d' });
    const page = await pages.visit('/jobs?status=scheduled');
    await page.getByLabel(`Choose job ${id}`).check();
    await press(page, 'Cancel 1');
    await press(page, 'Cancel 1 job');
    await said(page, 'Cancel 1 job in a moment.');
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect((await jobs.show(id)).status).toBe('scheduled');
    await page.getByLabel(`Choose job ${id}`).check();
    await press(page, 'Cancel 1');
    await press(page, 'Cancel 1 job');
    await press(page, 'Undo');
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect((await jobs.show(id)).status).toBe('scheduled');
    await jobs.ask('POST', `/v1/jobs/${id}/cancel`);
  });

  it('undoes by one press of the keys what was confirmed last, and leaves what was confirmed before', async () => {
    const made = await Promise.all([1, 2].map(() => jobs.enqueue('lab.script', { steps: ['ok'] }, { delay: '1d' })));
    const page = await pages.visit('/jobs?status=scheduled');
    for (const { id } of made) {
      await page.getByLabel(`Choose job ${id}`).check();
      await press(page, 'Cancel 1');
      await press(page, 'Cancel 1 job');
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
      await press(page, 'None');
    }
    await page.getByRole('button', { name: 'Undo' }).nth(1).waitFor();
    await page.keyboard.press('Control+z');
    await said(page, '1 job cancelled');
    const statuses = await Promise.all(made.map(async ({ id }) => (await jobs.show(id)).status));
    expect(statuses).toEqual(['cancelled', 'scheduled']);
    await jobs.ask('POST', `/v1/jobs/${made[1]?.id ?? ''}/cancel`);
  });

  it('does with all jobs that fit the filters what was shown before, also with those that are not listed', async () => {
    const made = await suite.leveret.worker.enqueueBatch(
      Array.from({ length: 60 }, () => ({ task: 'lab.script', payload: { steps: ['ok'] }, delay: '1d' })),
    );
    const page = await pages.visit(`/jobs?batchId=${made.batchId}`);
    const choose = async (what: string): Promise<void> => {
      await press(page, 'All that fit');
      await page.getByRole('menuitem', { name: what }).click();
    };
    await choose('Retry');
    await page.getByText('None of those that fit is failed or cancelled.').waitFor();
    await press(page, 'Keep as it is');
    await choose('Cancel');
    await page.getByRole('dialog').getByText('and 55 more').waitFor();
    expect(await pages.examine(page, 'all-that-fit', '[role=dialog]')).toEqual([]);
    await press(page, 'Cancel 60 jobs');
    await said(page, 'Cancel 60 jobs in a moment.');
    await said(page, '60 jobs cancelled');
    expect((await suite.leveret.batches.get(made.batchId)).counts.cancelled).toBe(60);
    const batches = await pages.visit('/batches?open=false');
    await batches.getByRole('link', { name: made.batchId.slice(-12) }).click();
    await heading(batches, 'Batch');
    await choose('Delete');
    await press(page, 'Delete 60 jobs');
    await said(page, '60 jobs deleted');
  });

  it('gives all jobs that fit the filters another priority, and runs them now', async () => {
    const { batchId } = await suite.leveret.worker.enqueueBatch(
      Array.from({ length: 6 }, () => ({ task: 'lab.script', payload: { steps: ['ok'] }, delay: '1d' })),
    );
    const page = await pages.visit(`/jobs?batchId=${batchId}`);
    await press(page, 'All that fit');
    await page.getByRole('menuitem', { name: 'another priority' }).click();
    await page.getByRole('spinbutton').fill('');
    await page.getByRole('button', { name: 'Give 6 jobs another priority', exact: true }).waitFor();
    await page.getByRole('spinbutton').fill('8');
    expect(await pages.examine(page, 'priority-of-all', '[role=dialog]')).toEqual([]);
    await press(page, 'Give 6 jobs priority 8');
    await said(page, '6 jobs have priority 8 now');
    const { data: changed } = await suite.leveret.jobs.list({ batchId }).page();
    expect(changed.map(({ priority, status: of }) => `${of} ${priority}`)).toEqual(Array(6).fill('scheduled 8'));
    await press(page, 'All that fit');
    await page.getByRole('menuitem', { name: 'Run all that fit now' }).click();
    await press(page, 'Run 6 jobs now');
    await said(page, '6 jobs due now');
    await eventually(
      'the end of all',
      async () => (await suite.leveret.batches.get(batchId)).counts.completed === 6 || undefined,
    );
    const actions = await pages.visit('/actions');
    await actions
      .getByRole('row', { name: /session PATCH \/v1\/jobs .* done/ })
      .first()
      .waitFor();
  });

  it('makes an endpoint for webhooks, tries it out, delivers again, gives it another secret, and deletes it', async () => {
    const page = await pages.visit('/webhooks');
    await press(page, 'Create an endpoint');
    await page.getByLabel('Address').fill(`${receiver.url}/new`);
    await page.getByLabel('Ends separated').fill('order.placed');
    await press(page, 'Create the endpoint');
    await page.getByRole('dialog').getByRole('alert').getByText('events').waitFor();
    await page.getByLabel('Ends separated').fill('job.failed, job.cancelled');
    expect(await pages.examine(page, 'new-endpoint', '[role=dialog]')).toEqual([]);
    await press(page, 'Create the endpoint');
    const secret = await page.locator('.secret code').innerText();
    await press(page, 'I have it');
    await heading(page, /new$/);
    expect(await page.getByRole('link', { name: 'Change' }).count()).toBe(0);
    await press(page, 'Send a test');
    const deliveries = page.getByRole('region', { name: 'Deliveries' });
    await deliveries.getByText('200 taken').waitFor();
    await press(page, 'Deliver again');
    await deliveries.getByText('webhook.test, once more').waitFor();
    await press(page, 'Rotate');
    await press(page, 'Rotate the secret');
    expect(await page.locator('.secret code').innerText()).not.toBe(secret);
    await press(page, 'I have it');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('Deliveries at once').fill('2');
    await press(page, 'Change the endpoint');
    await said(page, 'The endpoint is changed.');
    await press(page, 'Replay');
    await page.getByLabel('Ends since').fill('2020-01-01T00:00');
    await press(page, 'Deliver once more');
    await said(page, /ends are on their way once more/);
    await press(page, 'Pause');
    await status(page, 'paused');
    await press(page, 'Delete');
    await press(page, 'Delete the endpoint');
    await heading(page, 'Webhooks');
  });

  it('pauses a queue and lets it go on', async () => {
    const page = await pages.visit('/queues/lab');
    await press(page, 'Pause');
    await press(page, 'Pause the queue');
    await status(page, 'paused');
    const { id } = await jobs.enqueue('lab.script', { steps: ['ok'] });
    const job = await pages.visit(`/jobs/${id}`);
    await job.getByRole('region', { name: 'Why it has not run yet' }).getByText('paused').first().waitFor();
    await press(page, 'Resume');
    await status(job, 'completed');
  });

  it('pauses a batch and lets it go on', async () => {
    const made = await suite.leveret.worker.enqueueBatch([
      { task: 'lab.script', payload: { steps: ['ok'] }, delay: '1d' },
    ]);
    const page = await pages.visit(`/batches/${made.batchId}`);
    await press(page, 'Pause');
    await press(page, 'Pause the batch');
    await status(page, 'paused');
    await jobs.ask('PATCH', `/v1/jobs/${made.jobs[0]?.id ?? ''}`, { delay: 0 });
    const job = await pages.visit(`/jobs/${made.jobs[0]?.id ?? ''}`);
    await job.getByRole('region', { name: 'Why it has not run yet' }).getByText('paused').first().waitFor();
    await press(page, 'Resume');
    await status(job, 'completed');
  });

  it('redrives what has died of the same, some of it first, and purges', async () => {
    const dead = await jobs.enqueue('lab.script', { steps: ['reject', 'ok'] });
    await jobs.failed(dead.id);
    const page = await pages.visit('/dead-letters');
    await press(page, 'lab_rejection');
    await page.getByRole('region', { name: 'Letters' }).waitFor();
    await press(page, 'Redrive');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Redrive/ })
      .click();
    await eventually('the end of the job', async () => (await jobs.show(dead.id)).status === 'completed' || undefined);
    await eventually('the other letter', async () => (await jobs.show(data.failed)).status === 'failed' || undefined);
    await eventually(
      'the end of the redrive',
      async () =>
        (await suite.leveret.redrives.list().page()).data.every(({ endedAt }) => endedAt !== null) || undefined,
    );
    await press(page, 'Purge');
    await page.getByRole('alertdialog').getByRole('button', { name: /Purge/ }).click();
    await said(page, 'letters purged');
  });

  it('runs, pauses and deletes a schedule, and pauses a trigger', async () => {
    const page = await pages.visit(`/schedules/${data.schedule}`);
    await press(page, 'Run now');
    await said(page, 'has started a job');
    await press(page, 'Pause');
    await status(page, 'paused');
    await press(page, 'Delete');
    await press(page, 'Delete the schedule');
    await heading(page, 'Schedules');
    const trigger = await pages.visit(`/triggers/${data.trigger}`);
    await press(trigger, 'Pause');
    await status(trigger, 'paused');
  });

  it('starts a job from a form that was made of the schema of its task', async () => {
    const page = await pages.visit('/tasks/lab.script');
    await press(page, 'Start the job');
    await page.getByRole('alert').getByText('payload.steps').waitFor();
    await press(page, 'Add to steps');
    await page.getByLabel('steps 1', { exact: true }).selectOption('ok');
    await page.getByLabel('by optional').selectOption('attempt');
    await page.getByLabel('password').fill('a secret');
    await press(page, 'Start the job');
    await status(page, 'completed');
    await page.getByText('"***"').first().waitFor();
    expect(await page.content()).not.toContain('a secret');
  });

  it('makes a schedule by a form, and changes it', async () => {
    const page = await pages.visit('/tasks/lab.script');
    await page.getByRole('link', { name: 'Schedule it' }).click();
    await page.getByLabel('name', { exact: true }).fill('Each night');
    await page.getByLabel('cron', { exact: true }).fill('never');
    await press(page, 'Add to steps');
    await page.getByLabel('steps 1', { exact: true }).selectOption('ok');
    await press(page, 'Create the schedule');
    await page.getByRole('alert').getByText('cron').waitFor();
    await page.getByLabel('cron', { exact: true }).fill('30 2 * * *');
    const ticks = page.getByRole('region', { name: 'Next ticks' }).getByRole('listitem');
    await eventually('five nights', async () => (await ticks.getByText(/ 2:30:00/).count()) === 5 || undefined);
    await press(page, 'Options');
    await page.getByLabel('priority optional').selectOption('high');
    expect(await pages.examine(page, 'new-schedule-filled')).toEqual([]);
    await press(page, 'Create the schedule');
    await heading(page, 'Each night');
    await page.getByRole('link', { name: 'Change' }).click();
    await press(page, 'Every so often');
    await page.getByLabel('every', { exact: true }).fill('90s');
    await press(page, 'Change the schedule');
    await heading(page, /^Each night$/);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await suite.leveret.schedules.get(id)).toMatchObject({
      ...{ name: 'Each night', cron: null, every: '90s', task: 'lab.script', payload: { steps: ['ok'] } },
      priority: 'high',
    });
  });

  it('changes of a schedule what was written alone, also when it was paused since the form was seen first', async () => {
    const { id } = await suite.leveret.schedules.create({
      ...{ name: 'Each day', cron: '0 4 * * *', task: 'lab.script', payload: { steps: ['ok'] } },
    });
    const page = await pages.visit(`/schedules/${id}`);
    await page.getByRole('link', { name: 'Change' }).click();
    await page.getByLabel('name', { exact: true }).waitFor();
    await page.goBack();
    await press(page, 'Pause');
    await status(page, 'paused');
    await page.getByRole('link', { name: 'Change' }).click();
    await page.getByLabel('name', { exact: true }).fill('Each morning');
    await press(page, 'Change the schedule');
    await heading(page, /^Each morning$/);
    expect(await suite.leveret.schedules.get(id)).toMatchObject({ name: 'Each morning', enabled: false });
  });

  it('makes a trigger by a form, with values of the event in its payload', async () => {
    const page = await pages.visit('/triggers');
    await page.getByRole('link', { name: 'Create a trigger' }).click();
    await page.getByLabel('name', { exact: true }).fill('Orders by hand');
    await page.getByLabel('pattern', { exact: true }).fill('parcel.*');
    await page.getByRole('combobox', { name: 'task' }).selectOption('lab.script');
    await press(page, 'From the event: steps');
    await page.getByLabel('steps', { exact: true }).fill('{{data.steps}}');
    await page.getByLabel('says optional').fill('of {{data.number}}');
    expect(await pages.examine(page, 'new-trigger-filled')).toEqual([]);
    await press(page, 'Create the trigger');
    await heading(page, 'Orders by hand');
    await suite.leveret.events.publish({ type: 'parcel.sent', data: { steps: ['ok'], number: 17 } });
    await page.getByRole('region', { name: 'Runs' }).getByText('started').waitFor();
    const [made] = (await suite.leveret.triggers.list().page()).data;
    expect(made?.payload).toEqual({ steps: '{{data.steps}}', says: 'of {{data.number}}' });
  });

  it('shows a payload that is taken from the event whole, and changes it', async () => {
    const { id } = await suite.leveret.triggers.create({
      ...{ name: 'Letters', pattern: 'letter.*', task: 'lab.script', payload: '{{data}}' },
    });
    const page = await pages.visit(`/triggers/${id}/change`);
    const payload = page.getByLabel('Payload', { exact: true });
    await payload.waitFor();
    expect(await payload.inputValue()).toBe('{{data}}');
    await payload.fill('{{data.script}}');
    await press(page, 'Change the trigger');
    await heading(page, /^Letters$/);
    expect((await suite.leveret.triggers.get(id)).payload).toBe('{{data.script}}');
  });

  it('keeps what is said of one way of timing while the other is looked at, and when the same is chosen again', async () => {
    const page = await pages.visit('/schedules/new');
    const cron = page.getByLabel('cron', { exact: true });
    const every = page.getByLabel('every', { exact: true });
    const zone = page.getByLabel('timezone optional');
    await zone.waitFor();
    expect(await zone.inputValue()).toBe(await page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone'));
    await cron.fill('30 2 * * *');
    await zone.fill('Asia/Kathmandu');
    await press(page, 'By cron');
    await press(page, 'Every so often');
    await every.fill('90s');
    await press(page, 'Every so often');
    expect(await every.inputValue()).toBe('90s');
    await press(page, 'By cron');
    expect([await cron.inputValue(), await zone.inputValue()]).toEqual(['30 2 * * *', 'Asia/Kathmandu']);
  });

  it('keeps what is typed of a value when the form that it has is chosen again', async () => {
    const page = await pages.context.newPage();
    const person = { anyOf: [{ type: 'string' }, { type: 'object', properties: { name: { type: 'string' } } }] };
    await withSchema(page, { type: 'object', properties: { person } });
    await page.goto(`${suite.url}/tasks/lab.script`);
    const field = page.getByLabel('person optional', { exact: true });
    await field.fill('Ada');
    await press(page, 'as a text');
    expect(await field.inputValue()).toBe('Ada');
    await press(page, 'in detail');
    await page.getByLabel('name optional', { exact: true }).waitFor();
    await press(page, 'as a text');
    expect(await field.inputValue()).toBe('');
  });

  it('says in the place of fields that what a call takes cannot be read', async () => {
    const page = await pages.context.newPage();
    const detail = 'There is no description today.';
    await page.route('**/openapi.json', (route) => route.fulfill({ status: 503, json: { detail } }));
    for (const path of ['/schedules/new', '/tasks/lab.script']) {
      await page.goto(`${suite.url}${path}`);
      await page.getByRole('alert').getByText(detail).waitFor();
    }
  });

  it('takes a file of a task from where it is', async () => {
    const page = await pages.visit('/tasks/media.process-image');
    const file = { name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.getByLabel('Upload a file for source', { exact: true }).setInputFiles(file);
    await said(page, 'note.png is uploaded.');
    const source = page.getByRole('textbox', { name: /^source/ }).first();
    await eventually('the key', async () => /^default\//.test(await source.inputValue()) || undefined);
    await source.fill('https://example.org/a.png');
    const request = page.waitForRequest((sent) => sent.method() === 'POST');
    await press(page, 'Start the job');
    expect((await request).postDataJSON()).toMatchObject({ payload: { source: 'https://example.org/a.png' } });
  });

  it('keeps in a form of a list what was written, and sends no JSON that is none', async () => {
    const page = await pages.context.newPage();
    await withSchema(page, { type: 'object', properties: { rows: { type: 'array', items: { type: 'object' } } } });
    await page.goto(`${suite.url}/tasks/lab.script`);
    for (const text of ['{ "a": 1', '{ "b": 2 }']) {
      await press(page, 'Add to rows');
      await page.locator('fieldset textarea').last().fill(text);
    }
    await press(page, 'Start the job');
    expect(await page.locator('textarea:invalid').inputValue()).toBe('{ "a": 1');
    expect(await page.getByRole('status').innerText()).toBe('');
    await press(page, 'Remove rows 1');
    expect(await page.locator('fieldset textarea').inputValue()).toBe('{ "b": 2 }');
  });

  it('creates a key, which is shown once, and tells who has done it', async () => {
    const page = await pages.visit('/keys');
    await press(page, 'Create a key');
    await page.getByLabel('What it is for').fill('a reader');
    await press(page, 'Create the key');
    const secret = await page.locator('.secret code').innerText();
    expect((await suite.api('GET', '/v1/jobs', undefined, { key: secret })).status).toBe(200);
    await press(page, 'I have it');
    await page
      .getByRole('row', { name: /a reader/ })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await press(page, 'Revoke the key');
    await said(page, 'is revoked');
    const actions = await pages.visit('/actions');
    await actions
      .getByRole('row', { name: /session DELETE \/v1\/api-keys\/:id .* done/ })
      .first()
      .waitFor();
  });

  it('offers to a key that may only read nothing else', async () => {
    const { secret } = await suite.leveret.apiKeys.create({
      name: 'a reader',
      tenant: 'default',
      scopes: ['jobs:read'],
    });
    const reader = await DashboardPages.open(browser, suite.url);
    await reader.signIn(secret);
    const page = await reader.visit(`/jobs/${data.picture}`);
    await status(page, 'completed');
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
      'Jobs',
      'Batches',
      'Tasks',
      'Schedules',
      'Triggers',
      'Webhooks',
    ]);
    expect(await page.getByRole('button', { name: /Duplicate|Delete/ }).count()).toBe(0);
    await page.goto(`${suite.url}/queues`);
    await heading(page, 'Nothing here');
    expect(reader.complaints).toEqual([]);
    await reader.context.close();
  });

  it('hides what is in jobs from a key that may see how they stand', async () => {
    const { secret } = await suite.leveret.apiKeys.create({
      name: 'a helper',
      tenant: 'default',
      scopes: ['jobs:outline', 'jobs:write'],
    });
    const helper = await DashboardPages.open(browser, suite.url);
    await helper.signIn(secret);
    const page = await helper.visit(`/jobs/${data.picture}`);
    await status(page, 'completed');
    await page.getByText('Hidden: your key sees how jobs stand').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
      ...['Jobs', 'Batches', 'Tasks'],
    ]);
    expect(await page.getByRole('heading', { name: /Payload$|Metadata|^Result/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /Duplicate|Copy as/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(1);
    expect(helper.complaints).toEqual([]);
    await helper.context.close();
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
