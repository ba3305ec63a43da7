import { SCOPES } from '#libs/contracts';
import { count, id, orNull, page, type Schema, text, time, whole } from './shapes.js';

const counts: Schema = { type: 'array', items: count };

/** The shapes of who is signed in, of who did what, and of what was done when. */
export const ACCOUNT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Session: whole({
    name: { ...text, description: 'Of the API key, or of who has signed in at a provider.' },
    tenant: text,
    scopes: { type: 'array', items: { type: 'string', enum: SCOPES } },
    expiresAt: { ...orNull(time), description: 'Null of a caller with a key.' },
  }),
  WaysToSignIn: whole({
    openIdConnect: { type: 'boolean', description: 'Whether `GET /v1/session/openid` leads to a provider.' },
  }),
  Action: whole({
    id,
    at: time,
    tenant: { ...text, description: 'Of the key.' },
    key: whole({ id, name: { ...text, description: 'As the key was called then.' } }),
    via: { type: 'string', enum: ['session', 'key'] },
    method: text,
    route: { ...text, description: 'As in this document, with `:id` for what is named.' },
    object: { ...orNull(text), description: 'What the path names, the query chooses, or the call has made.' },
    status: { type: ['integer', 'null'], description: 'Of the answer; null when there was none.' },
  }),
  ActionPage: page('Action'),
  Throughput: whole({
    from: { ...time, description: 'Where the first step begins.' },
    stepMs: count,
    queues: {
      type: 'array',
      items: whole({ name: text, completed: counts, failed: counts, cancelled: counts }),
      description: 'One number for each step.',
    },
  }),
};
