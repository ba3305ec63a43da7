import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { freePort } from '../../tools/local-nodes/ports.js';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { startFoundChromium } from './chromium.js';

jest.setTimeout(90_000);

const PHOTO = join(PROJECT, 'examples/assets/photo.jpg');
/** Runs in the page. */
const SPOIL_TOKEN =
  "localStorage.setItem('photo', JSON.stringify({ ...JSON.parse(localStorage.getItem('photo')), watchToken: 'lvw.old' }))";

describe('the example page', () => {
  let suite: TestSuite;
  let backend: ChildProcess;
  let browser: Browser;
  let context: BrowserContext;
  let address: string;
  beforeAll(async () => {
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    suite = await startSuite({ apps: ['media'], env: { LIVE_ORIGINS: address } });
    backend = await startBackend(suite, port);
    browser = await startFoundChromium();
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser.close();
    backend.kill();
    await suite.stop();
  });
  afterEach(() => Promise.all(context.pages().map((page) => page.close())));

  const opened = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(address);
    return page;
  };
  const status = (page: Page, text: string): Promise<void> =>
    page.getByRole('status').filter({ hasText: text }).waitFor();
  const steer = (step: 'pause' | 'resume'): Promise<unknown> => suite.api('POST', `/v1/queues/media/${step}`);

  it('watches its job, also when it was closed and opened again, and shows what came of it', async () => {
    await steer('pause');
    const first = await opened();
    await first.getByLabel('Choose a photograph').setInputFiles(PHOTO);
    await status(first, 'queued');
    await first.close();
    const second = await opened();
    await status(second, 'queued');
    await steer('resume');
    await status(second, 'completed');
    await eventually(
      'four photographs',
      async () => (await widthsOf(second)).join() === '200,400,800,1200' || undefined,
    );
    expect(await second.getByRole('progressbar').getAttribute('value')).toBe('100');
  });

  it('asks for another token when its own has run out, and forgets its job when it is told to', async () => {
    const page = await opened();
    await status(page, 'completed');
    await page.evaluate(SPOIL_TOKEN);
    await page.reload();
    await status(page, 'completed');
    await page.getByRole('button', { name: 'Another one' }).click();
    await page.getByLabel('Choose a photograph').waitFor();
    await page.reload();
    await page.getByLabel('Choose a photograph').waitFor();
  });
});

/** How wide the photographs of a page are that have been loaded. */
async function widthsOf(page: Page): Promise<number[]> {
  return page
    .getByRole('img')
    .evaluateAll((images) => (images as unknown as { naturalWidth: number }[]).map(({ naturalWidth }) => naturalWidth));
}

/** Starts the example's own server, which finds the suite by the file that `npm start` writes. */
async function startBackend(suite: TestSuite, port: number): Promise<ChildProcess> {
  await mkdir(suite.dataFolder, { recursive: true });
  await writeFile(join(suite.dataFolder, 'run.json'), JSON.stringify({ url: suite.url, apiKey: suite.apiKey }));
  const backend = spawn(process.execPath, [join(PROJECT, 'examples/react-photo/backend.mjs'), suite.dataFolder], {
    env: { ...process.env, PORT: String(port), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(backend.stdout, 'data');
  return backend;
}
