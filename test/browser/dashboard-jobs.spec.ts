import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type SuiteJobs } from '../support/suite-jobs.js';
import { type TestSuite } from '../support/test-suite.js';
import { type EndedJobs, PLANTED, plantEndedJobs, plantPicture } from './dashboard-data.js';
import { type DashboardPages } from './dashboard-pages.js';
import { DashboardSuite, heading, press, said, status } from './dashboard-suite.js';

jest.setTimeout(90_000);

/** Runs in the page: whether it has a clipboard, as pages have not that came by plain HTTP from elsewhere. */
const CLIPBOARD = (isThere: boolean): string =>
  isThere
    ? 'Object.defineProperty(Navigator.prototype, "clipboard", window.clipboardOfPage);'
    : 'window.clipboardOfPage = Object.getOwnPropertyDescriptor(Navigator.prototype, "clipboard");' +
      'delete Navigator.prototype.clipboard;';

describe('jobs in the dashboard', () => {
  let dashboard: DashboardSuite;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let pages: DashboardPages;
  let data: EndedJobs & Readonly<Record<'picture' | 'scheduled' | 'spawner', string>>;
  beforeAll(async () => {
    const env = { TRACE_URL: 'https://traces.example.org/{traceId}' };
    dashboard = await DashboardSuite.start({ apps: ['lab', 'media'], env });
    ({ suite, jobs, pages } = dashboard);
    const { id: scheduled } = await jobs.enqueue('lab.script', { steps: ['ok'] }, { delay: '1d' });
    const { id: spawner } = await jobs.enqueue('lab.spawn', { jobs: 3 });
    const [ended, picture] = await Promise.all([plantEndedJobs(suite), plantPicture(suite), jobs.completed(spawner)]);
    data = { ...ended, picture, scheduled, spawner };
  });
  afterAll(() => dashboard.stop());
  afterEach(() => dashboard.closePages());

  it.each<[string, () => string, string | RegExp]>([
    ['jobs', () => '/jobs', 'Jobs'],
    ['job-completed', () => `/jobs/${data.completed}`, 'lab.script'],
    ['job-failed', () => `/jobs/${data.failed}`, 'lab.script'],
    ['job-picture', () => `/jobs/${data.picture}`, 'media.process-image'],
    ['job-flow', () => `/jobs/${data.spawner}`, 'lab.spawn'],
  ])(
    'shows the page %s to everybody, at a desk and on a phone, with texts of jobs as text',
    async (name, pathOf, title) => {
      expect(await dashboard.examine(name, pathOf(), title)).toEqual([]);
    },
  );

  it('shows planted text as it was written, where users can write', async () => {
    const failed = await pages.visit(`/jobs/${data.failed}`);
    await failed.getByText(PLANTED).first().waitFor();
    const page = await pages.visit(`/jobs/${data.picture}`);
    const picture = page.getByRole('img', { name: 'small.webp' });
    await eventually(
      'the picture',
      async () =>
        (await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)) === 200 || undefined,
    );
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

  it('has given the browser nothing to complain of', () => {
    expect(pages.complaints).toEqual([]);
  });
});
