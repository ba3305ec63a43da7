// Jest loads this file natively, without its transforms, so the work is done by built code.
const BUILT = new URL('../../dist/tools/test/throw-away-parts.js', import.meta.url);

export default async function globalSetup() {
  const { ThrowAwayParts } = await import(BUILT.href);
  const parts = new ThrowAwayParts();
  globalThis.leveretThrowAwayParts = parts;
  Object.assign(process.env, await parts.start());
}
