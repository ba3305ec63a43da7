// Jest loads this file natively, without its transforms, so the work is done by built code.
import { ThrowAwayParts } from '../../dist/tools/test/throw-away-parts.js';

export default async function globalSetup() {
  const parts = new ThrowAwayParts();
  globalThis.leveretThrowAwayParts = parts;
  Object.assign(process.env, await parts.start());
}
