import globalSetup from './global-setup.mjs';

const TOOLS = new URL('../../dist/tools/', import.meta.url);

/** The servers of other tests, and a browser. */
export default async function browserSetup() {
  const { ensureChromium } = await import(new URL('browser/chromium.js', TOOLS).href);
  const { Screen } = await import(new URL('console/screen.js', TOOLS).href);
  process.env['CHROMIUM'] = await ensureChromium(new Screen(process.stderr));
  await globalSetup();
}
