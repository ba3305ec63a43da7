import { runProgram } from '../../../tools/processes/run-program.js';
import { type Scene } from './fault.js';

const CALL_PATIENCE_MS = 5_000;
const LARGEST_FILE_BYTES = 16 * 1_024;
const UPLOAD = Buffer.alloc(1_024 * 1_024, 'x');
const PATH = '/v1/files?filename=ballast.txt';

/**
 * Lets the kernel refuse every file that grows beyond a few KiB, as a full disk does, without filling the disk of a machine
 * that others use. Uploads must be refused meanwhile, and be taken afterwards.
 */
export async function withoutDisk({ system }: Scene): Promise<void> {
  const { suite, processes } = system;
  const limit = async (bytes: string): Promise<void> => {
    for (const process of processes) {
      const pid = String(suite.process(process).pid);
      const { ok, output } = await runProgram(['prlimit', '--pid', pid, `--fsize=${bytes}`], {
        patienceMs: CALL_PATIENCE_MS,
      });
      if (!ok) throw new Error(`prlimit failed: ${output}`);
    }
  };
  const upload = async (): Promise<number> =>
    (await suite.api('POST', PATH, UPLOAD, { headers: { 'content-type': 'text/plain' } })).status;
  await limit(`${LARGEST_FILE_BYTES}:`);
  try {
    expectStatus(503, await upload());
  } finally {
    await limit('unlimited:');
  }
  expectStatus(201, await upload());
}

function expectStatus(expected: number, got: number): void {
  if (got !== expected) throw new Error(`An upload around a full disk: expected ${expected}, got ${got}.`);
}
