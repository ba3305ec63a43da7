import { type Browser, chromium } from 'playwright-core';

/** It may be run as root, which its sandbox refuses, and it shall call nobody but the pages that it is to look at. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a Chromium without a window; nothing of it is left after `close`. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}
