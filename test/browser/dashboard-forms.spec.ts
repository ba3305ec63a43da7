import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { type TestSuite } from '../support/test-suite.js';
import { PLANTED, plantSchedule, plantTrigger } from './dashboard-data.js';
import { type DashboardPages } from './dashboard-pages.js';
import { DashboardSuite, heading, press, said, status } from './dashboard-suite.js';

jest.setTimeout(90_000);

describe('tasks, schedules and triggers in the dashboard', () => {
  let dashboard: DashboardSuite;
  let suite: TestSuite;
  let pages: DashboardPages;
  let data: Readonly<Record<'schedule' | 'trigger', string>>;
  beforeAll(async () => {
    dashboard = await DashboardSuite.start({ apps: ['lab', 'media'] });
    ({ suite, pages } = dashboard);
    const [schedule, trigger] = await Promise.all([plantSchedule(suite), plantTrigger(suite)]);
    data = { schedule, trigger };
  });
  afterAll(() => dashboard.stop());
  afterEach(() => dashboard.closePages());

  /** Has the gateway say that the payload of `lab.script` has another schema. */
  const withSchema = (page: Page, schema: object): Promise<unknown> =>
    page.route('**/v1/tasks/lab.script', async (route) => {
      const task = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...task, schema } });
    });

  it.each<[string, () => string, string | RegExp]>([
    ['tasks', () => '/tasks', 'Tasks'],
    ['task', () => '/tasks/media.process-image', 'media.process-image'],
    ['schedules', () => '/schedules', 'Schedules'],
    ['schedule', () => `/schedules/${data.schedule}`, /Every hour/],
    ['triggers', () => '/triggers', 'Triggers'],
    ['trigger', () => `/triggers/${data.trigger}`, /Orders/],
  ])(
    'shows the page %s to everybody, at a desk and on a phone, with texts of jobs as text',
    async (name, pathOf, title) => {
      expect(await dashboard.examine(name, pathOf(), title)).toEqual([]);
    },
  );

  it('shows planted text as it was written, where users can write', async () => {
    for (const path of [`/schedules/${data.schedule}`, `/triggers/${data.trigger}`]) {
      const page = await pages.visit(path);
      await page.getByText(PLANTED).first().waitFor();
      await page.close();
    }
  });

  it('runs, pauses and deletes a schedule, and pauses a trigger', async () => {
    const page = await pages.visit(`/schedules/${await plantSchedule(suite)}`);
    await press(page, 'Run now');
    await said(page, 'has started a job');
    await press(page, 'Pause');
    await status(page, 'paused');
    await press(page, 'Delete');
    await press(page, 'Delete the schedule');
    await heading(page, 'Schedules');
    const trigger = await pages.visit(`/triggers/${await plantTrigger(suite)}`);
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

  it('has given the browser nothing to complain of', () => {
    expect(pages.complaints).toEqual([]);
  });
});
