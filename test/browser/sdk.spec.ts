import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type Page } from 'playwright-core';
import type * as sdk from '#libs/sdk';
import { PROJECT } from '../../tools/project/app-list.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { startFoundChromium } from './chromium.js';

type Sdk = typeof sdk;

const PACKAGE = join(PROJECT, 'libs/sdk');
const TASK = 'lab.script';
const BUILT = join(PACKAGE, 'dist/index.js');
/** Where pages are, and the module as it is packed, without a bundler. */
const FOLDER = '/sdk-of-the-test';
const MODULE = `${FOLDER}/index.js`;
const HTML = '<!doctype html><title>A page</title>';

describe('the SDK in a browser', () => {
  let suite: TestSuite;
  let browser: Browser;
  let shop: Server;

  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', 'build'], { cwd: PACKAGE });
    shop = createServer(serve).listen(0, '127.0.0.1');
    await once(shop, 'listening');
    suite = await startSuite({ apps: ['lab'], env: { LIVE_ORIGINS: originOf(shop) } });
    browser = await startFoundChromium();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await suite.stop();
    shop.close();
  });

  /** A page at the gateway's own origin, which the gateway itself does not have. */
  async function pageOfGateway(): Promise<Page> {
    const page = await browser.newPage();
    await page.route(`${suite.url}${FOLDER}/*`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ path: BUILT, contentType: 'text/javascript' })
        : route.fulfill({ body: HTML, contentType: 'text/html' }),
    );
    await page.goto(`${suite.url}${FOLDER}/`);
    return page;
  }

  it('enqueues a job, watches it to its end and gives its result, with its files', async () => {
    const page = await pageOfGateway();
    const seen = await page.evaluate(
      async ({ module, task, apiKey, url }) => {
        const { Leveret } = (await import(module)) as Sdk;
        const leveret = new Leveret({ apiKey, url });
        const job = await leveret.worker.enqueue({ task, payload: { steps: ['ok'] } });
        const updates = [];
        for await (const update of leveret.jobs.watch(job.id)) updates.push(update);
        const saving = await leveret.worker.enqueue({ task, payload: { steps: ['save'] } });
        const { file } = await leveret.jobs.result<{ file: sdk.StoredFile }>(saving.id, { timeout: '20s' });
        const note = await (await leveret.files.download(file)).text();
        return { last: updates.at(-1), versions: updates.map(({ version }) => version), note };
      },
      { module: MODULE, task: TASK, apiKey: suite.apiKey, url: suite.url },
    );
    expect(seen).toMatchObject({ last: { type: 'status', status: 'completed', result: { run: 1 } }, note: 'noted' });
    expect(seen.versions).toEqual([...new Set(seen.versions)].sort((one, other) => one - other));
  });

  it('uploads files, and streams that are collected before', async () => {
    const page = await pageOfGateway();
    const sizes = await page.evaluate(
      async ({ module, apiKey, url }) => {
        const { Leveret } = (await import(module)) as Sdk;
        const { files } = new Leveret({ apiKey, url });
        const file = await files.upload(new File(['hello'], 'hello.txt', { type: 'text/plain' }));
        const stream = new Blob(['a stream']).stream() as ReadableStream<Uint8Array>;
        return [file.size, (await files.upload(stream, { filename: 'stream.txt' })).size];
      },
      { module: MODULE, apiKey: suite.apiKey, url: suite.url },
    );
    expect(sizes).toEqual([5, 8]);
  });

  it('follows one job on a page of an allowed origin, by its watch token and without a key', async () => {
    const { id, watchToken } = await suite.leveret.worker.enqueue({ task: TASK, payload: { steps: ['ok'] } });
    const page = await browser.newPage();
    await page.goto(`${originOf(shop)}${FOLDER}/`);
    const result = await page.evaluate(
      async ({ module, url, job, token }) => {
        const { Leveret } = (await import(module)) as Sdk;
        return new Leveret({ url }).jobs.result(job, { watchToken: token, timeout: '20s' });
      },
      { module: MODULE, url: suite.url, job: id, token: watchToken },
    );
    expect(result).toMatchObject({ run: 1 });
  });
});

/** The server of another origin than the gateway's. */
function serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const isModule = url.endsWith('.js');
  response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html');
  response.end(isModule ? readFileSync(BUILT) : HTML);
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
