import { describe, expect, it } from '@jest/globals';
import { environmentOf } from './pod-environment.js';
import { type Container } from './rendered-manifests.js';

const SECRETS = { broker: { USER: 'me' } };

const environment = (container: Partial<Container>): unknown => environmentOf(container as Container, [], SECRETS);
const fromKey = (name: string, key: string): Partial<Container> => ({
  env: [{ name: 'IT', valueFrom: { secretKeyRef: { name, key } } }],
});

describe('the environment of a pod', () => {
  it('has what secrets hold, all of one or a key of it', () => {
    expect(environment({ envFrom: [{ secretRef: { name: 'broker' } }], ...fromKey('broker', 'USER') })).toEqual({
      USER: 'me',
      IT: 'me',
    });
  });

  it('is none when the cluster does not have what it is made of', () => {
    expect(() => environment({ envFrom: [{ secretRef: { name: 'brokre' } }] })).toThrow('secret brokre');
    expect(() => environment({ envFrom: [{ configMapRef: { name: 'settings' } }] })).toThrow('config map settings');
    expect(() => environment(fromKey('brokre', 'USER'))).toThrow('key USER in the secret brokre');
    expect(() => environment(fromKey('broker', 'USRE'))).toThrow('key USRE in the secret broker');
  });
});
