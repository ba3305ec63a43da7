import { describe, expect, it } from '@jest/globals';
import {
  checkSettings,
  consumerEnvironment,
  emailEnvironment,
  exportsEnvironment,
  gatewayEnvironment,
  integrationsEnvironment,
  type SuiteFacts,
} from './environment.js';

const facts: SuiteFacts = {
  rabbitmqUrl: 'amqp://leveret:secret@127.0.0.1:5000',
  managementUrl: 'http://127.0.0.1:5001',
  ownBroker: true,
  databaseUrl: 'postgres://leveret:secret@127.0.0.1:6000/leveret',
  dataFolder: '/srv/my data',
  port: 3001,
  linkSecret: 'made-link-secret',
  adminApiKey: 'made-key',
};

describe('gatewayEnvironment', () => {
  it('hands over the addresses, the secrets and the port', () => {
    expect(gatewayEnvironment({ PATH: '/bin', npm_package_name: 'leveret' }, facts)).toEqual({
      PATH: '/bin',
      RABBITMQ_URL: 'amqp://leveret:secret@127.0.0.1:5000',
      RABBITMQ_MANAGEMENT_URL: 'http://127.0.0.1:5001',
      DATABASE_URL: 'postgres://leveret:secret@127.0.0.1:6000/leveret',
      STORAGE_URL: 'file:///srv/my%20data/files',
      LINK_SECRET: 'made-link-secret',
      ADMIN_API_KEY: 'made-key',
      PORT: '3001',
      PUBLIC_URL: 'http://127.0.0.1:3001',
      UNSUBSCRIBE_SECRET: expect.stringMatching(/^.{43}$/),
      WEBHOOK_SECRET: expect.stringMatching(/^.{43}$/),
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      BROKER_ACK_TIMEOUT: '12h',
    });
  });

  it("lets the person's own settings come first", () => {
    const own = {
      STORAGE_URL: 's3://bucket',
      PUBLIC_URL: 'https://jobs.example',
      LINK_SECRET: 'own',
      LOG_LEVEL: 'debug',
    };
    expect(gatewayEnvironment(own, facts)).toMatchObject(own);
  });

  it("says nothing about the acknowledgement time of a broker that is not the launcher's", () => {
    expect(gatewayEnvironment({}, { ...facts, ownBroker: false })).not.toHaveProperty('BROKER_ACK_TIMEOUT');
  });
});

describe('consumerEnvironment', () => {
  it("gives a consumer app the broker and the files, and none of the gateway's secrets", () => {
    const outer = {
      DATABASE_URL: 'postgres://x',
      ADMIN_API_KEY: 'k',
      LINK_SECRET: 's',
      PORT: '1',
      PUBLIC_URL: 'http://x',
      UNSUBSCRIBE_SECRET: 's',
      WEBHOOK_SECRET: 's',
    };
    expect(consumerEnvironment({ ...outer, EGRESS_ALLOW: '127.0.0.1:1' }, facts)).toEqual({
      RABBITMQ_URL: 'amqp://leveret:secret@127.0.0.1:5000',
      STORAGE_URL: 'file:///srv/my%20data/files',
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      BROKER_ACK_TIMEOUT: '12h',
      HEALTH_PORT: '0',
      EGRESS_ALLOW: '127.0.0.1:1',
    });
  });
});

describe('emailEnvironment', () => {
  const withInbox = { ...facts, smtpUrl: 'smtp://127.0.0.1:7000' };

  it('hands mails to the inbox, from a sender that nobody can answer', () => {
    expect(emailEnvironment({ SMTP_URL: '' }, withInbox)).toEqual({
      ...consumerEnvironment({}, facts),
      SMTP_URL: 'smtp://127.0.0.1:7000',
      MAIL_FROM: 'Leveret <leveret@localhost.localdomain>',
      PUBLIC_URL: 'http://127.0.0.1:3001',
      UNSUBSCRIBE_SECRET: gatewayEnvironment({}, facts)['UNSUBSCRIBE_SECRET'],
    });
  });

  it("lets the person's own server and sender come first", () => {
    const own = { SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'shop@example.org' };
    expect(emailEnvironment(own, withInbox)).toMatchObject(own);
  });
});

describe('integrationsEnvironment', () => {
  it('has the secret of webhooks that the gateway has, made or given', () => {
    for (const outer of [{}, { WEBHOOK_SECRET: 'own' }] as NodeJS.ProcessEnv[]) {
      const { WEBHOOK_SECRET: secret } = gatewayEnvironment(outer, facts);
      expect(integrationsEnvironment(outer, facts)).toEqual({
        ...consumerEnvironment(outer, facts),
        WEBHOOK_SECRET: secret,
      });
      expect(secret).toBe(outer['WEBHOOK_SECRET'] ?? secret);
    }
  });
});

describe('checkSettings', () => {
  const outer = { SMTP_URL: 'mail.example', LINK_SECRET: 'x'.repeat(32), ADMIN_API_KEY: 'k'.repeat(24) };
  const good = { ...facts, adminApiKey: 'k'.repeat(24) };

  it('reads what the email app takes when that is to be started', () => {
    expect(() => {
      checkSettings(outer, good, ['email']);
    }).toThrow('SMTP_URL');
    expect(() => {
      checkSettings(outer, good, ['media']);
    }).not.toThrow();
  });
});

describe('exportsEnvironment', () => {
  const sample = { catalog: '/clone/sample.yaml', url: 'postgres://sample:secret@127.0.0.1:6000/sample' };

  it('names the sample database for those who name no datasets', () => {
    expect(exportsEnvironment({ DATASETS_FILE: '' }, { ...facts, sample })).toMatchObject({
      DATASETS_FILE: '/clone/sample.yaml',
      DATASETS_DATABASES: 'sample=postgres://sample:secret@127.0.0.1:6000/sample',
    });
  });

  it("leaves the person's own datasets as they are", () => {
    const own = { DATASETS_FILE: '/own.yaml', DATASETS_DATABASES: 'shop=postgres://x/shop' };
    expect(exportsEnvironment(own, { ...facts, sample })).toMatchObject(own);
  });
});
