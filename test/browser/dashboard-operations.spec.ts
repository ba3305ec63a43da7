import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Browser } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { type SuiteJobs } from '../support/suite-jobs.js';
import { type TestSuite } from '../support/test-suite.js';
import { PLANTED, plantBatch, plantEndedJobs, plantEndpoint, plantKey } from './dashboard-data.js';
import { DashboardPages } from './dashboard-pages.js';
import { DashboardSuite, heading, press, said, status } from './dashboard-suite.js';
import { WebhookReceiver } from './webhook-receiver.js';

jest.setTimeout(90_000);

describe('operations in the dashboard', () => {
  let dashboard: DashboardSuite;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let browser: Browser;
  let pages: DashboardPages;
  let receiver: WebhookReceiver;
  let data: Readonly<Record<'batch' | 'endpoint' | 'failed' | 'saved', string>>;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    dashboard = await DashboardSuite.start({ apps: ['lab', 'integrations'], env: { EGRESS_ALLOW: receiver.host } });
    ({ suite, jobs, browser, pages } = dashboard);
    const { id: saved } = await jobs.enqueue('lab.script', { steps: ['save'] }, { metadata: { parcel: '17' } });
    const [{ failed }, batch, endpoint] = await Promise.all([
      plantEndedJobs(suite),
      plantBatch(suite),
      plantEndpoint(suite, receiver.url),
      plantKey(suite),
    ]);
    data = { batch, endpoint, failed, saved };
  });
  afterAll(async () => {
    await receiver.stop();
    await dashboard.stop();
  });
  afterEach(() => dashboard.closePages());

  it.each<[string, () => string, string | RegExp]>([
    ['queues', () => '/queues', 'Queues'],
    ['queue', () => '/queues/lab', 'lab'],
    ['dead-letters', () => '/dead-letters?queue=lab', 'Dead letters'],
    ['batches', () => '/batches', 'Batches'],
    ['batch', () => `/batches/${data.batch}`, 'Batch'],
    ['webhooks', () => '/webhooks', 'Webhooks'],
    ['webhook', () => `/webhooks/${data.endpoint}`, /hooks$/],
    ['keys', () => '/keys', 'API keys'],
    ['actions', () => '/actions', 'Actions'],
  ])(
    'shows the page %s to everybody, at a desk and on a phone, with texts of jobs as text',
    async (name, pathOf, title) => {
      expect(await dashboard.examine(name, pathOf(), title)).toEqual([]);
    },
  );

  it('shows planted text as it was written, where users can write', async () => {
    for (const path of [`/webhooks/${data.endpoint}`, '/keys']) {
      const page = await pages.visit(path);
      await page.getByText(PLANTED).first().waitFor();
      await page.close();
    }
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
    const page = await reader.visit(`/jobs/${data.saved}`);
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
    const page = await helper.visit(`/jobs/${data.saved}`);
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

  it('has given the browser nothing to complain of', () => {
    expect(pages.complaints).toEqual([]);
  });
});
