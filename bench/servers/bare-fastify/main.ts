// What Fastify alone does with the request of a job: it checks the body by a schema and answers with an id.
import fastify from 'fastify';

const text = { type: 'string' } as const;
const body = {
  ...{ type: 'object', required: ['task', 'payload'] },
  properties: { task: text, payload: { type: 'object' }, priority: { type: 'integer', minimum: 0, maximum: 9 } },
};
const answer = { type: 'object', properties: { id: text, status: text } };

const server = fastify();
server.post('/v1/jobs', { schema: { body, response: { 202: answer } } }, async (_request, reply) => {
  reply.status(202);
  return { id: crypto.randomUUID(), status: 'queued' };
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });
process.on('disconnect', () => process.exit(0));
process.send?.({ url });
