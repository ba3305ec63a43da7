import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from '../support/tcp-proxy.js';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    proxy = await TcpProxy.to((echo.address() as AddressInfo).port);
    client = connect(proxy.port, '127.0.0.1');
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  const answer = async (text: string): Promise<string> => {
    client.write(text);
    const [chunk] = (await once(client, 'data')) as [Buffer];
    return chunk.toString();
  };

  it('passes everything on at first', async () => {
    expect(await answer('hello')).toBe('hello');
  });

  it('holds chunks back in both directions', async () => {
    proxy.slow(100);
    const began = performance.now();
    expect(await answer('slow')).toBe('slow');
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
  });

  it('resets connections', async () => {
    expect(await answer('first')).toBe('first');
    const failed = once(client, 'error');
    proxy.reset();
    expect(await failed).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });

  it('ends connections in order', async () => {
    const ended = once(client, 'end');
    client.resume();
    proxy.drop();
    await ended;
    expect(client.errored).toBeNull();
  });

  it('swallows what is sent until it is healed, and then resets', async () => {
    proxy.blackHole();
    let heard = '';
    client.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    client.write('lost');
    const failed = once(client, 'error');
    setImmediate(() => {
      proxy.heal();
    });
    await failed;
    expect(heard).toBe('');
  });

  it('refuses connections and takes them again on the same port', async () => {
    client.on('error', () => undefined);
    await proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1');
    expect(await once(refused, 'error')).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
    await proxy.accept();
    client = connect(proxy.port, '127.0.0.1');
    await once(client, 'connect');
    expect(await answer('again')).toBe('again');
  });
});
