import { expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { GIVEN_OPTIONS_SCHEMA, type GivenOptions } from './given-options.js';
import { withoutTexts } from './hidden-contents.js';

it('describes options also as a key sees them that may not see what is in jobs', () => {
  const given: GivenOptions = {
    ...{
      maxAttempts: 3,
      backoff: { type: 'fixed' as const, delay: '2s' },
      timeout: '30s',
      expiresIn: 60_000,
      uniqueFor: '1h',
    },
    ...{ concurrencyKey: 'shop', notify: { email: 'ops@example.org' }, callbackUrl: 'https://example.org/done' },
  };
  const fits = new Ajv2020({ allowUnionTypes: true }).compile({ type: 'object', properties: GIVEN_OPTIONS_SCHEMA });
  for (const options of [given, withoutTexts(given)]) {
    fits(options);
    expect(fits.errors).toBeNull();
  }
});
