// What answers as an API at the other end of a network does: after 20 to 50 ms.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

const [SOONEST_MS, SPREAD_MS] = [20, 30];
const ANSWER = JSON.stringify({ id: crypto.randomUUID(), status: 'queued' });

const server = createServer((request, response) => {
  const answer = (): void => void response.writeHead(202, { 'content-type': 'application/json' }).end(ANSWER);
  request.resume().on('end', () => setTimeout(answer, SOONEST_MS + SPREAD_MS * Math.random()));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('disconnect', () => process.exit(0));
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
