import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import Cursor from 'pg-cursor';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { fillShop, inDatabase } from '../bench-shop.js';
import { type BenchSuite } from '../bench-suite.js';
import { type Question, type Row, roundRobin, rowsOf, type Sample } from '../question.js';
import { runJob } from '../run-job.js';
import { figureOf } from '../statistics.js';
import { forgetPeak, peakMib } from '../usage.js';

const SELECT = 'select * from sales where id <= $1 order by id';
const BATCH_ROWS = 1_000;
const BARE = 'bare cursor and csv-stringify';
const COPY_IN = 'COPY FROM';
/** The most rows of a PDF here: it has at most 5,000 pages. */
const MOST_PRINTED = 100_000;
/** Below it sizes do not differ in memory. */
const LEAST_COMPARED = 10_000;
const FORMATS = ['csv', 'ndjson', 'xlsx', 'pdf'] as const;

/** Rows of a table to a CSV on the disk: the libraries alone, and jobs from the call to the final status. */
export const exportedRows: Question = {
  title: 'Exports: rows of eight columns to a CSV',
  unit: 'rows/s',
  better: 'more',
  ask: async (suite, { rows, runs }) => {
    await fillShop(suite.shop, rows);
    const samples = await inFolder((folder) =>
      roundRobin(
        {
          [BARE]: () => rate(rows, () => bareExport(suite, rows, join(folder, 'bare.csv'))),
          'exports.create': () => rate(rows, () => create(suite, 'csv', rows)),
          'COPY TO': () => rate(rows, () => copyExport(suite, rows, join(folder, 'copy.csv'))),
        },
        runs,
      ),
    );
    return rowsOf(samples, [BARE]);
  },
};

/** Rows of a CSV into a table. */
export const importedRows: Question = {
  title: 'Exports: rows of a CSV into a table',
  unit: 'rows/s',
  better: 'more',
  ask: async (suite, { rows, runs }) => {
    await fillShop(suite.shop, rows);
    const samples = await inFolder(async (folder) => {
      const file = join(folder, 'sales.csv');
      await copyExport(suite, rows, file);
      const { key } = await suite.leveret.files.upload(await openAsBlob(file), { filename: 'sales.csv' });
      const emptied = (work: () => Promise<void>) => async () => {
        await inDatabase(suite.shop.url, (client) => client.query('truncate copies'));
        return rate(rows, work);
      };
      return roundRobin(
        {
          [COPY_IN]: emptied(() => copyImport(suite, file)),
          'exports.import': emptied(() => run(suite, 'exports.import', { dataset: 'copies', source: { key } })),
        },
        runs,
      );
    });
    return rowsOf(samples, [COPY_IN]);
  },
};

/** The most memory that the exports app, started anew, takes while it writes files one after the other. */
export const exportMemory: Question = {
  title: 'Exports: peak memory of the app',
  unit: 'MiB',
  better: 'less',
  ask: async (suite, { rows }) => {
    await fillShop(suite.shop, rows);
    await suite.restart('exports');
    const pid = suite.apps.get('exports')?.process.pid ?? 0;
    const answered: Row[] = [{ name: 'idle', figure: figureOf([peakMib(pid)]) }];
    const sizes = rows < LEAST_COMPARED ? [rows] : [rows / 100, rows / 10, rows].map(Math.ceil);
    for (const format of FORMATS) {
      for (const size of sizes.filter((each) => format !== 'pdf' || each <= MOST_PRINTED)) {
        forgetPeak(pid);
        const { value: speed } = await rate(size, () => create(suite, format, size));
        const name = `${format}, ${size.toLocaleString('en-GB')} rows`;
        answered.push({ name, figure: figureOf([peakMib(pid)]), notes: `${Math.round(speed)} rows/s` });
      }
    }
    return answered;
  },
};

async function rate(rows: number, work: () => Promise<void>): Promise<Sample> {
  const began = performance.now();
  await work();
  return { value: rows / ((performance.now() - began) / 1_000) };
}

/** What storing a file does beside writing it, a job does too: it hashes the file. */
async function bareExport({ shop }: BenchSuite, rows: number, file: string): Promise<void> {
  await inDatabase(shop.url, async (client) => {
    const cursor = client.query(new Cursor<string[]>(SELECT, [rows], { rowMode: 'array' }));
    const read = async function* (): AsyncGenerator<string[]> {
      for (let batch = await cursor.read(BATCH_ROWS); batch.length > 0; batch = await cursor.read(BATCH_ROWS))
        yield* batch;
    };
    const hash = createHash('sha256');
    const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(Readable.from(read()), stringify(), hashed, createWriteStream(file));
  });
}

async function copyExport({ shop }: BenchSuite, rows: number, file: string): Promise<void> {
  const query = `select * from sales where id <= ${rows} order by id`;
  await inDatabase(shop.url, (client) =>
    pipeline(client.query(copyTo(`copy (${query}) to stdout (format csv, header)`)), createWriteStream(file)),
  );
}

async function copyImport({ shop }: BenchSuite, file: string): Promise<void> {
  await inDatabase(shop.url, (client) =>
    pipeline(createReadStream(file), client.query(copyFrom('copy copies from stdin (format csv, header)'))),
  );
}

async function create(suite: BenchSuite, format: (typeof FORMATS)[number], rows: number): Promise<void> {
  await run(suite, 'exports.create', { dataset: 'sales', format, params: { last: rows } });
}

function run(suite: BenchSuite, task: string, payload: object): Promise<void> {
  return runJob(suite, { task, payload, timeout: '20m' });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-rows-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
