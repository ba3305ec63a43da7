import { type Browser, chromium } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Starts the Chromium of Debian's package; nothing of it is left after `close`. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: [...QUIET, '--disable-component-update', '--disable-sync'] });
}
