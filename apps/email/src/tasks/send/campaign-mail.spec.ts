import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { Suppressions } from '#libs/suppressions';
import { storageInMemory } from '../../../spec/storage-in-memory.js';
import { CampaignMail } from './campaign-mail.js';

const SECRET = 'a secret of the tests, long enough';

class Lines extends ConsoleLogger {
  readonly warnings: unknown[] = [];

  override warn(message: unknown): void {
    this.warnings.push(message);
  }
}

describe('an app that sends campaigns', () => {
  let lines: Lines;
  beforeEach(() => {
    lines = new Lines();
    Logger.overrideLogger(lines);
  });
  afterEach(() => {
    Logger.overrideLogger(new ConsoleLogger());
  });

  it.each([
    ['without a link to unsubscribe', null, [expect.stringContaining('UNSUBSCRIBE_SECRET and PUBLIC_URL')]],
    ['without HTTPS', 'http://jobs.example.org', [expect.stringContaining('not https://')]],
    ['with all that is wanted', 'https://jobs.example.org', []],
  ])('says so at its start when they go out %s', (_how, publicUrl, said) => {
    const unsubscribe = publicUrl === null ? null : { secret: SECRET, publicUrl };
    new CampaignMail(new Suppressions(storageInMemory()), unsubscribe).onModuleInit();
    expect(lines.warnings).toEqual(said);
  });
});
