export default async function globalTeardown() {
  await globalThis.leveretThrowAwayParts?.stop();
}
