import { type FastifyRequest } from 'fastify';

const objects = new WeakMap<FastifyRequest, string>();

/** Says what an action is about where that stands in the body of its request. */
export function actionIsAbout(request: FastifyRequest, object: unknown): void {
  objects.set(request, JSON.stringify(object));
}

/** What was said of a request's action. */
export function saidOfAction(request: FastifyRequest): string | undefined {
  return objects.get(request);
}
