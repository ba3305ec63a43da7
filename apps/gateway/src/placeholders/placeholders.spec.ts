import { describe, expect, it } from '@jest/globals';
import { checkPlaceholders } from './check-placeholders.js';
import { type Filled, fillPlaceholders } from './fill-placeholders.js';

const VALUES = {
  result: {
    n: 3,
    ok: false,
    nothing: null,
    text: 'a "b"',
    files: [{ key: 'default/1' }],
    'odd-näme_1': 'odd',
    braces: '{{x}}',
  },
};

function fill(template: unknown, maxBytes = 10_000): Filled {
  return fillPlaceholders(template, { path: 'payload', values: VALUES, maxBytes });
}

function filled(template: unknown): unknown {
  const result = fill(template);
  return result.ok ? result.value : result.errors;
}

describe('placeholders', () => {
  it('keep the type of a value that they are the whole of', () => {
    expect(
      filled({ a: ['{{result.n}}', '{{ result.ok }}'], b: '{{result.nothing}}', c: '{{result.files.0}}' }),
    ).toEqual({
      ...{ a: [3, false], b: null, c: { key: 'default/1' } },
    });
    expect(filled('{{result}}')).toEqual(VALUES.result);
  });

  it('become text within other text', () => {
    expect(filled('{{result.n}} of {{result.ok}}: {{result.text}}, {{result.files}}{{result.nothing}}')).toBe(
      '3 of false: a "b", [{"key":"default/1"}]null',
    );
  });

  it('leave alone what is none: other values, single braces, names of fields', () => {
    const plain = { '{{result.n}}': [1, true, null, 'a { b }} c', '{ {result.n}}'], deep: { er: {} } };
    expect(filled(plain)).toEqual(plain);
    expect(checkPlaceholders(plain, 'payload', ['result'])).toMatchObject({ some: false, errors: [] });
  });

  it('are written as text by {{{{', () => {
    expect(filled('{{{{result.n}} is {{result.n}}')).toBe('{{result.n}} is 3');
    expect(checkPlaceholders('{{{{', 'payload', []).some).toBe(true);
  });

  it('are filled in once: a value is no template', () => {
    expect([filled('{{result.braces}}'), filled('<{{result.braces}}>')]).toEqual(['{{x}}', '<{{x}}>']);
  });

  it('reach fields with any name but dots, braces and white space', () => {
    expect(filled('{{result.odd-näme_1}}')).toBe('odd');
  });

  it.each([
    'result.none',
    'result.files.1',
    'result.files.-1',
    'result.files.00',
    'result.files.length',
    'result.text.0',
    'result.text.length',
    'result.constructor',
    'result.__proto__',
    'result.toString',
    'constructor',
    'result.nothing.x',
    'result.n.toFixed',
    'result.files.0.key.length',
  ])('that name nothing are told by path: %s', (names) => {
    expect(filled({ a: ['x', `{{${names}}}`] })).toEqual([
      { path: 'payload.a.1', message: `has {{${names}}}, which names nothing` },
    ]);
  });

  it('are looked at before they are filled in: how they are written, and where they begin', () => {
    const { some, errors } = checkPlaceholders(
      {
        a: 'x {{result.n',
        b: ['{{}}', '{{result..n}}', '{{result.a b}}', '{{{result.n}}}'],
        c: '{{data.n}}',
        d: '{{result.none}}',
      },
      'payload',
      ['result', 'job'],
    );
    expect([some, errors.map(({ path }) => path)]).toEqual([
      true,
      ['payload.a', 'payload.b.0', 'payload.b.1', 'payload.b.2', 'payload.b.3', 'payload.c'],
    ]);
    expect(errors.map(({ message }) => message)).toEqual([
      'has a {{ without }}; a literal {{ is written {{{{',
      ...['{{}}', '{{result..n}}', '{{result.a b}}', '{{{result.n}}'].map(
        (text) => `has no names joined by dots in ${text}; a literal {{ is written {{{{`,
      ),
      'has {{data.n}}, which must begin with result or job',
    ]);
  });

  it('give no more than they may, however often a large value is named', () => {
    const large = fillPlaceholders(
      Array.from({ length: 40_000 }, () => '{{result}}'),
      { path: 'payload', values: { result: 'x'.repeat(60_000) }, maxBytes: 500_000 },
    );
    const message = 'must be at most 500000 bytes when its placeholders are filled in';
    expect(large).toEqual({ ok: false, errors: [{ path: 'payload', message }] });
    const hollow = { result: Array.from({ length: 20_000 }, () => []) };
    const empty = Array.from({ length: 1_000 }, () => '{{result}}');
    expect(fillPlaceholders(empty, { path: 'payload', values: hollow, maxBytes: 500_000 }).ok).toBe(false);
    expect(fill('{{result.text}}{{result.text}}', 9).ok).toBe(false);
  });

  it('give nothing deeper than JSON may come in', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    for (const template of ['{{deep}}', 'x{{deep}}']) {
      const result = fillPlaceholders(template, { path: 'payload', values: { deep }, maxBytes: 500_000 });
      expect(result).toMatchObject({ ok: false, errors: [{ message: 'is nested deeper than 32' }] });
    }
  });

  it('are read in one pass, whatever is in the text', () => {
    for (const text of [
      '{{'.repeat(200_001),
      '{{a'.repeat(200_000),
      `{{${' '.repeat(500_000)}`,
      `{{${'a.'.repeat(200_000)}}}`,
    ]) {
      expect(checkPlaceholders(text, 'payload', ['a']).errors.length).toBe(1);
    }
    expect(
      checkPlaceholders(
        Array.from({ length: 1_000 }, () => '{{'),
        'payload',
        [],
      ).errors.length,
    ).toBe(20);
  });
});
