import { describe, expect, it } from '@jest/globals';
import { loadBrokerConfig } from '#libs/config';
import { declareWhole } from './declare-whole.js';

const NOBODY_LISTENS = 'amqp://127.0.0.1:1';

describe('declareWhole', () => {
  it('gives up in time, and says what came of the last try to reach the broker', async () => {
    const config = loadBrokerConfig({ RABBITMQ_URL: NOBODY_LISTENS });
    await expect(declareWhole(config, ['media'], 200)).rejects.toThrow(
      'The topology was not declared within 0.2 s: connect ECONNREFUSED 127.0.0.1:1',
    );
  });
});
