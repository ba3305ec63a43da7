import { describe, expect, it } from '@jest/globals';
import { connectionFailure } from './connection-failure.js';

const LOGIN_REFUSED =
  'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the log.';

describe('why there is no connection', () => {
  it.each([
    ['a broker that is not there', new Error('connect ECONNREFUSED 127.0.0.1:5672')],
    ['a connection that breaks', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['a broker that ends', new Error('Connection closed: 320 (CONNECTION-FORCED) with message "broker forced"')],
  ])('is told as it came where waiting may mend it: %s', (_, error) => {
    expect(connectionFailure(error)).toEqual({ reason: error.message, lasting: false });
  });

  it('may pass by itself, and is told with what it may be, when the broker does not open the virtual host', () => {
    expect(connectionFailure(new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'))).toEqual({
      reason: expect.stringMatching(/^The broker does not open the virtual host .* none .* no right .* down, .* limit/),
      lasting: false,
    });
  });

  it.each([
    [
      'a wrong password',
      new Error(`Handshake terminated by server: 403 (ACCESS-REFUSED) with message "${LOGIN_REFUSED}"`),
      `The broker refuses the user of RABBITMQ_URL, or its password: ${LOGIN_REFUSED}`,
    ],
    [
      'a certificate by a stranger',
      Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      /RABBITMQ_CA_FILE names a file with yours/,
    ],
  ])('lasts, and is told with how to mend it: %s', (_, error, reason) => {
    expect(connectionFailure(error)).toEqual({
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      lasting: true,
    });
  });
});
