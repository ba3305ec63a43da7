const CALL_PATIENCE_MS = 5_000;

/** What a call of the management API needs to know of a broker. */
export interface ManagedBroker {
  readonly url: string;
  readonly managementUrl: string;
}

/** Calls RabbitMQ's management API with the user and password of the broker's URL. */
export async function callManagement(
  broker: ManagedBroker,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const { username, password } = new URL(broker.url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return fetch(new URL(path, broker.managementUrl), {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    signal: AbortSignal.timeout(CALL_PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** True when the API answers and knows the user. */
export async function managementAnswers(broker: ManagedBroker): Promise<boolean> {
  try {
    const response = await callManagement(broker, 'GET', '/api/overview');
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
