// npm run mail:preview: fills a template with its preview data, or with data from a file, and shows what comes of it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type FilledMail } from '../templates/template.js';
import { Templates } from '../templates/templates.js';
import { HELP } from './help.js';

const FACTS = { sender: 'Example Shop', unsubscribeUrl: 'https://example.org/unsubscribe' };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      templates: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string', default: join('.leveret', 'mail-preview') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const templates = await Templates.open(values.templates === undefined ? null : resolve(values.templates));
  const given = values.data === undefined ? undefined : await readData(values.data);
  await mkdir(values.out, { recursive: true });
  for (const name of positionals.length === 0 ? templates.names : positionals) {
    const template = templates.get(name);
    await show(name, template.fill(given ?? template.preview, FACTS), resolve(values.out));
  }
}

async function readData(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}

async function show(name: string, { subject, html, text }: FilledMail, folder: string): Promise<void> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, html);
  process.stdout.write(`${name}\nSubject: ${subject}\nHTML:    ${pathToFileURL(file).href}\n\n${text}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
