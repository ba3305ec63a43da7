import { spawn } from 'node:child_process';

const LONGEST_OUTPUT = 16_384;

export interface ProgramResult {
  readonly ok: boolean;
  /** The end of what it printed, on both streams. */
  readonly output: string;
}

/**
 * Runs a program to its end, out of reach of a Ctrl-C at the terminal: what it changes must not be left half done.
 * A program that cannot be started, or takes longer than `patienceMs`, is not ok.
 */
export function runProgram(
  command: readonly [string, ...string[]],
  options: { readonly env?: NodeJS.ProcessEnv; readonly patienceMs: number },
): Promise<ProgramResult> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      timeout: options.patienceMs,
      env: { ...process.env, ...options.env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-LONGEST_OUTPUT);
      });
    }
    child.once('error', (error) => {
      resolve({ ok: false, output: error.message });
    });
    child.once('close', (code) => {
      resolve({ ok: code === 0, output: output.trim() });
    });
  });
}
