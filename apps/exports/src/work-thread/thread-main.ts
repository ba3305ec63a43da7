import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseTrouble, DatasetRefusal } from '#libs/datasets';
import { makeDatasetFile } from '../dataset-file/dataset-file.js';
import { makeReportFile } from '../report/report-file.js';
import { piecesOf } from './pieces.js';
import {
  type FromThread,
  PIECE_BYTES,
  PIECES_AHEAD,
  PLACES,
  type RowProgress,
  type ThreadFailure,
  type ThreadStart,
  type ToThread,
} from './messages.js';

const TELL_EVERY_MS = 200;

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread only.');
const tell = (message: FromThread): void => port.postMessage(message);

const stopping = new AbortController();
let room = PIECES_AHEAD;
let onRoom: () => void = () => undefined;
port.on('message', ({ type }: ToThread) => {
  if (type === 'more') room += 1;
  else stopping.abort();
  onRoom();
});

/** Waits until the app takes more: a slow storage holds back the database. */
async function untilRoom(): Promise<void> {
  while (room === 0 && !stopping.signal.aborted) await new Promise<void>((resolve) => (onRoom = resolve));
  stopping.signal.throwIfAborted();
  room -= 1;
}

async function run({ work, places }: ThreadStart): Promise<FromThread> {
  let rows = 0;
  let toldAt = -Infinity;
  const onProgress = (progress: RowProgress): void => {
    rows = progress.rows;
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    tell({ type: 'progress', ...progress });
  };
  const watch = { signal: stopping.signal, onProgress };
  const content = work.kind === 'dataset' ? makeDatasetFile(work, watch) : makeReportFile(work, watch);
  let place = 0;
  for await (const bytes of piecesOf(content, PIECE_BYTES)) {
    await untilRoom();
    new Uint8Array(places, place * PIECE_BYTES, bytes.byteLength).set(bytes);
    tell({ type: 'bytes', place, size: bytes.byteLength });
    place = (place + 1) % PLACES;
  }
  return { type: 'done', rows };
}

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof DatasetRefusal) return { kind: 'refusal', code: error.code, message: error.message };
  if (error instanceof DatabaseTrouble) return { kind: 'trouble', code: error.code, message: error.message };
  return { kind: 'fault', code: 'error', message: error instanceof Error ? error.message : String(error) };
}

tell(
  await run(workerData as ThreadStart).catch((error: unknown): FromThread => ({ type: 'failed', ...failureOf(error) })),
);
port.close();
