import { type BrowserContext, type Page } from 'playwright-core';
import { startChromium } from '../../tools/browser/start-chromium.js';
import { type BenchSuite } from '../bench-suite.js';
import { type Question, type Row } from '../question.js';
import { figureOf } from '../statistics.js';
import { FILLED } from './fill-ledger.js';
import { fullDatabase, useDatabase } from './full-database.js';

/** Runs in the page: when it was painted first, in milliseconds from when it was asked for. What it lists may be there before that. */
const FIRST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((seen) => {
    for (const { name, startTime } of seen.getEntries()) if (name === 'first-contentful-paint') resolve(startTime);
  }).observe({ type: 'paint', buffered: true });
})`;

/** Pages by what they show, each with a list among whose rows many jobs were looked through. */
const PAGES = {
  overview: '/',
  'all jobs': '/jobs',
  'failed jobs': '/jobs?status=failed',
  'jobs of a batch': `/jobs?batchId=${FILLED.batch}`,
  'failed jobs with a value in their metadata': `/jobs?status=failed&metadata.userId=${FILLED.frequent.userId}`,
  batches: '/batches',
  'dead letters': '/dead-letters',
} as const;

interface Visit {
  readonly firstPaintMs: number;
  readonly contentMs: number;
}

/** How long a person waits for the dashboard among many jobs that have ended. */
export const dashboardPages: Question = {
  title: 'A full ledger: pages of the dashboard in Chromium, until their list is there',
  unit: 'ms',
  better: 'less',
  ask: async (suite, effort) => {
    await useDatabase(suite, { url: await fullDatabase(suite, effort), settleMs: effort.settleMs });
    const browser = await startChromium(await suite.chromium());
    try {
      const context = await signedIn(suite, await browser.newContext());
      const rows: Row[] = [];
      for (const [name, path] of Object.entries(PAGES)) {
        const visits: Visit[] = [];
        while (visits.length < effort.runs * effort.visits) visits.push(await visit(context, suite.url + path));
        rows.push(rowOf(name, visits));
      }
      return rows;
    } finally {
      await browser.close();
    }
  },
};

async function signedIn({ url, apiKey }: BenchSuite, context: BrowserContext): Promise<BrowserContext> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  await page.close();
  return context;
}

/** A page in a tab of its own: only what the browser keeps of earlier ones is there. */
async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await list(page).waitFor();
  const contentMs = performance.now() - began;
  const firstPaintMs = await page.evaluate<number>(FIRST_PAINT);
  await page.close();
  return { firstPaintMs, contentMs };
}

const list = (page: Page): ReturnType<Page['locator']> => page.locator('main tbody tr, main .empty').first();

function rowOf(name: string, visits: readonly Visit[]): Row {
  return {
    name,
    figure: figureOf(visits.map(({ contentMs }) => contentMs)),
    also: { 'first paint ms': figureOf(visits.map(({ firstPaintMs }) => firstPaintMs)) },
  };
}
