import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FACT_TYPES } from '../facts/fact-type.js';
import { domainsOf, OWN_DOMAINS } from '../topology/domains.js';
import { brokerDefinitions, type DefinitionsOptions } from './definitions.js';

const SHIPPED = 'deploy/rabbitmq/users.json';
const NOBODY: DefinitionsOptions = { vhost: '/', prefix: 'leveret', domains: OWN_DOMAINS, passwords: new Map() };

interface Definitions {
  readonly users: readonly { readonly name: string; readonly password_hash: string }[];
  readonly permissions: readonly {
    readonly user: string;
    readonly configure: string;
    readonly write: string;
    readonly read: string;
  }[];
  readonly topic_permissions: readonly { readonly user: string; readonly exchange: string; readonly write: string }[];
}

const made = (options: Partial<DefinitionsOptions> = {}): Definitions =>
  brokerDefinitions({ ...NOBODY, ...options }) as Definitions;

describe('brokerDefinitions', () => {
  it('are what the file holds that is shipped; npm run --silent broker:users > deploy/rabbitmq/users.json', () => {
    expect(JSON.parse(readFileSync(SHIPPED, 'utf8'))).toEqual(made());
  });

  it('have a user for each consumer app of the project', () => {
    const main = (app: string): string => `apps/${app}/src/main.ts`;
    const consumers = readdirSync('apps')
      .filter((app) => existsSync(main(app)))
      .filter((app) => readFileSync(main(app), 'utf8').includes('runConsumerApp('));
    expect([...OWN_DOMAINS].sort()).toEqual(consumers.sort());
  });

  it('take the names of no other users for domains', () => {
    for (const name of ['topology', 'gateway', 'service', 'Media'])
      expect(() => domainsOf(['media', name])).toThrow(`got "${name}"`);
  });

  it('refuse a password of a user whom they do not have', () => {
    const passwords = new Map([['leveret-medai', 'secret']]);
    expect(() => made({ passwords })).toThrow('There is a password of leveret-medai, who is none of the users: ');
  });

  it('let services tell what they like, but not how jobs have ended', () => {
    const keys = made().topic_permissions.find(({ user }) => user === 'leveret-service')?.write ?? '';
    const told = ['order.placed', 'job', 'job.payment.failed', 'print.job.completed', ...FACT_TYPES];
    expect(told.filter((key) => !new RegExp(keys).test(key))).toEqual(FACT_TYPES);
  });

  it('let nobody in who was given no password', () => {
    expect(made().users.map(({ password_hash: hash }) => hash)).toEqual(made().users.map(() => ''));
  });

  it('hash passwords as RabbitMQ does, with another salt each time', () => {
    const passwords = new Map([['leveret-media', 'pässword']]);
    const hashOf = (): Buffer => {
      const { users } = made({ passwords });
      return Buffer.from(users.find(({ name }) => name === 'leveret-media')?.password_hash ?? '', 'base64');
    };
    const hash = hashOf();
    const expected = createHash('sha256').update(hash.subarray(0, 4)).update('pässword').digest();
    expect(hash.subarray(4)).toEqual(expected);
    expect(hashOf()).not.toEqual(hash);
  });

  it('keep apps apart, also where a prefix has a dot', () => {
    const { permissions } = made({ prefix: 'my.suite' });
    const media = permissions.find(({ user }) => user === 'my.suite-media');
    const may = (right: 'configure' | 'write' | 'read', name: string): boolean =>
      new RegExp(media?.[right] ?? '').test(name);
    expect(may('read', 'my.suite.media.classic-1')).toBe(true);
    expect(may('read', 'my.suite.media.quorum-12')).toBe(true);
    expect(may('read', 'my.suite.email.classic-1')).toBe(false);
    expect(may('read', 'my.suite.media.dead')).toBe(false);
    expect(may('read', 'mysuite.media.classic-1')).toBe(false);
    expect(may('read', 'my.suite.status.reports')).toBe(false);
    expect(may('write', 'my.suite.work')).toBe(false);
    expect(may('configure', 'my.suite.media.classic-1')).toBe(false);
  });
});
