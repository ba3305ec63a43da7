import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configurationPage } from './configuration-page.js';

describe('docs/configuration.md', () => {
  it('says what the table of settings says (npm run build, then npm run docs:configuration)', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage());
  });
});
