import { type Browser, chromium } from 'playwright-core';

/** It may be run as root, which its sandbox refuses, and it shall call nobody but the pages of the test. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium that the set-up has found or installed; nothing of it is left after `close`. */
export function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'];
  if (executablePath === undefined)
    throw new Error('CHROMIUM is not set: these tests run as the Jest project "browser".');
  return chromium.launch({ executablePath, args: FLAGS });
}
