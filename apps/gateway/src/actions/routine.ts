/**
 * What services send all day long. Each leaves rows of its own, which say more than an entry among the actions of people
 * would; and calls that change nothing.
 */
const ROUTINE: ReadonlySet<string> = new Set([
  'POST /v1/jobs',
  'POST /v1/jobs/batch',
  'POST /v1/events',
  'POST /v1/files',
]);

const CHANGES_NOTHING: ReadonlySet<string> = new Set(['POST /v1/jobs/:id/watch-token', 'POST /v1/triggers/test']);

/** Whether a call is one to be remembered: it changes something, and is no program's routine. */
export function isAction(method: string, route: string, bySession: boolean): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const call = `${method} ${route}`;
  return !CHANGES_NOTHING.has(call) && (bySession || !ROUTINE.has(call));
}
