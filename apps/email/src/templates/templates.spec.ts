import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fitsTemplate } from './template-rules.js';
import { Templates } from './templates.js';

const FACTS = { sender: 'Shop' };

interface DocumentedBody {
  readonly payload: {
    readonly template?: string;
    readonly data?: object;
    readonly recipients?: readonly { readonly data?: object }[];
  };
}

describe('templates', () => {
  let shipped: Templates;
  let folder: string;

  beforeAll(async () => {
    shipped = await Templates.open(null);
    folder = await mkdtemp(join(tmpdir(), 'leveret-templates-'));
  });
  beforeEach(async () => {
    await rm(folder, { recursive: true });
    await mkdir(folder);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  const about = (more: object = {}): string =>
    JSON.stringify({ subject: 'News for {{ name }}', data: { type: 'object' }, preview: { name: 'Ada' }, ...more });
  const mjml = (text: string): string => `<mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section>`;
  /** The text part of a template of the test's own. */
  const filled = async (text: string, data: Record<string, unknown>): Promise<string> => {
    await write({ 'own/mail.mjml': mjml(text), 'own/mail.json': about() });
    return (await Templates.open(folder)).get('own').fill({ name: 'Ada', ...data }, FACTS).text;
  };

  it('take the data of the jobs that the documentation shows', async () => {
    const page = await readFile(join('docs', 'email.md'), 'utf8');
    const bodies = Array.from(
      page.matchAll(/```json\n(\{\n {2}"task".*?)```/gs),
      ([, json = '']) => JSON.parse(json) as DocumentedBody,
    );
    const mails = bodies.flatMap(({ payload: { template, data, recipients = [{ data: {} }] } }) =>
      template === undefined ? [] : recipients.map((one) => ({ template, data: { ...data, ...one.data } })),
    );
    expect(mails.map(({ template }) => template)).toEqual(expect.arrayContaining(['newsletter']));
    for (const { template, data } of mails) expect(shipped.get(template).problemsOf(data)).toEqual([]);
  });

  it('come with six that can be looked at', () => {
    expect(shipped.names).toEqual([
      'alert',
      'export-ready',
      'job-ended',
      'newsletter',
      'order-confirmation',
      'welcome',
    ]);
    for (const name of shipped.names) {
      const template = shipped.get(name);
      const { subject, html, text } = template.fill(template.preview, FACTS);
      expect([name, `${subject}${html}${text}`.match(/\{[{%]|<mj-|undefined|\[object/)]).toEqual([name, null]);
      expect(text).toContain('Sent by Shop.');
    }
  });

  it('make a text part that reads well', () => {
    const template = shipped.get('order-confirmation');
    expect(template.fill(template.preview, FACTS).text).toMatchInlineSnapshot(`
     "Your order 2026-0042

     Hello Ada Lovelace,

     thank you for your order 2026-0042. This is what we will send to you:

     1 × Analytical Engine, brass € 1,200.00

     3 × Punched cards, 100 pieces € 27.00

     Total € 1,227.00

     See your order ( https://shop.example.org/orders/2026-0042 )

     Sent by Shop.
     "
    `);
  });

  it('offer to unsubscribe where there is a link for it', () => {
    const template = shipped.get('newsletter');
    const unsubscribeUrl = 'https://x.org/u?a=1&b=2';
    expect(template.fill(template.preview, { ...FACTS, unsubscribeUrl }).html).toContain(
      '"https://x.org/u?a=1&amp;b=2"',
    );
    expect(template.fill(template.preview, FACTS).html).not.toContain('Unsubscribe');
  });

  it.each([
    '{{7*7}}',
    '{{ name }}{% for i in (1..100) %}x{% endfor %}',
    '<%= process.env %>',
    '#{7*7} ${7*7}',
    '{{ constructor.constructor("return process")() }}',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
  ])('show data as it is and run nothing of it: %s', (name) => {
    const { subject, html, text } = shipped.get('welcome').fill({ name }, FACTS);
    expect([subject, text]).toEqual([`Welcome, ${name}`, expect.stringContaining(`Hello ${name},`)]);
    const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(html).toContain(escaped.replaceAll('"', '&#34;').replaceAll("'", '&#39;'));
    expect(html).not.toContain('49');
  });

  it('keep a subject on one line, whatever the data holds', () => {
    expect(shipped.get('welcome').fill({ name: 'Ada\r\nBcc: evil@x.org' }, FACTS).subject).toBe(
      'Welcome, Ada Bcc: evil@x.org',
    );
  });

  it('see nothing of what JavaScript objects inherit', async () => {
    await expect(filled('{{ constructor.name }}', {})).rejects.toMatchObject({ code: 'invalid_template_data' });
    await expect(filled('{{ toString }}', {})).rejects.toMatchObject({ code: 'invalid_template_data' });
    expect(await filled('{% if __proto__ %}seen{% else %}not seen{% endif %}', {})).toContain('not seen');
  });

  it('name the data that is missing or wrong, by schema or by placeholder', async () => {
    const { items, ...data } = shipped.get('order-confirmation').preview;
    expect(items).toHaveLength(2);
    expect(() =>
      shipped.get('order-confirmation').fill({ ...data, items: [{ name: 'x', quantity: 'many', price: '1' }] }, FACTS),
    ).toThrow(/data\.items\.0\.quantity must be number/);
    expect(() => shipped.get('order-confirmation').fill(data, FACTS)).toThrow(/data\.items is required/);
    await expect(filled('{{ town }}', {})).rejects.toThrow(/undefined variable: town/);
  });

  it.each([
    ['alert', { title: 'Full', message: 'The disk is full.\nFree <some>.' }],
    ['job-ended', { task: 'a.b', status: 'failed', id: 'job-1', message: 'The disk is full.\nFree <some>.' }],
  ])('keeps the lines of a message: %s', (name, data) => {
    const { html, text } = shipped.get(name).fill(data, FACTS);
    expect(html).toMatch(/The disk is full\.<br ?\/?>\s*Free &lt;some&gt;\./);
    expect(text).toContain('The disk is full.\nFree <some>.');
  });

  it('do not take a link that is none', () => {
    const fill = (): unknown => shipped.get('welcome').fill({ name: 'Ada', url: 'javascript:alert(1)' }, FACTS);
    expect(fill).toThrow(/data\.url must match/);
  });

  it('can be replaced file by file by those of a folder', async () => {
    await write({ 'partials/footer.mjml': mjml('Example Ltd, 1 Main Street') });
    const own = await Templates.open(folder);
    expect(own.get('welcome').fill({ name: 'Ada' }, FACTS).text).toContain('Example Ltd, 1 Main Street');
    await write({ 'welcome/mail.mjml': mjml('Ahoy {{ name }}') });
    expect((await Templates.open(folder)).get('welcome').fill({ name: 'Ada' }, FACTS).text).toContain('Ahoy Ada');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['MJML that does not close', { 'own/mail.mjml': '<mj-section>' }, /own cannot be compiled: .*content/],
    ['an element that MJML does not know', { 'own/mail.mjml': mjml('<mj-txt>x</mj-txt>') }, /own has <mj-txt>/],
    ['a partial that is not there', { 'own/mail.mjml': '<mj-include path="partials/none.mjml" />' }, /own cannot be/],
    ['a placeholder that does not close', { 'own/mail.mjml': mjml('{{ name') }, /own has a placeholder/],
    ['a filter that is not there', { 'own/mail.mjml': mjml('{{ name | shout }}') }, /own has a placeholder.*shout/],
    ['no JSON', { 'own/mail.json': '{' }, /own\/mail\.json is no JSON/],
    ['no subject', { 'own/mail.json': about({ subject: 7 }) }, /own\/mail\.json must be/],
    [
      'a schema that is none',
      { 'own/mail.json': about({ data: { type: 'object', required: 7 } }) },
      /schema that cannot/,
    ],
    ['a reference in its schema', { 'own/mail.json': about({ data: { type: 'object', $ref: '#/x' } }) }, /\$ref/],
    [
      'a preview that does not fit',
      { 'own/mail.json': about({ data: { type: 'object', required: ['town'] } }) },
      /preview that does not fit: data\.town is required/,
    ],
  ])('are not taken with %s', async (_what, files, message) => {
    await write({ 'own/mail.mjml': mjml('{{ name }}'), 'own/mail.json': about(), ...files });
    await expect(Templates.open(folder)).rejects.toThrow(message);
  });

  it('are not taken when a file of one is missing', async () => {
    await write({ 'own/mail.mjml': mjml('x') });
    await expect(Templates.open(folder)).rejects.toThrow(/own\/mail\.json is missing/);
    await expect(Templates.open(join(folder, 'none'))).rejects.toThrow(/none cannot be read/);
  });

  it('say in a schema what data each of them needs', () => {
    expect(fitsTemplate(shipped)).toMatchObject({
      properties: { template: { enum: shipped.names } },
      allOf: expect.arrayContaining([
        {
          if: { properties: { template: { const: 'welcome' } }, required: ['template'] },
          then: { properties: { data: shipped.get('welcome').dataSchema }, required: ['data'] },
        },
      ]),
    });
  });
});
