import { type Browser } from 'playwright-core';
import { startChromium } from '../../tools/browser/start-chromium.js';

/** Starts the Chromium that the set-up has found or installed. */
export function startFoundChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'];
  if (executablePath === undefined)
    throw new Error('CHROMIUM is not set: these tests run as the Jest project "browser".');
  return startChromium(executablePath);
}
