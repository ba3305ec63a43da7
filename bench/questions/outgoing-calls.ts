import { Agent } from 'undici';
import { Dependencies, DEPENDENCY_TERMS, EgressClient } from '#libs/egress';
// eslint-disable-next-line no-restricted-imports -- the app's own way to other servers, measured without jobs around it
import { Outgoing } from '../../apps/integrations/src/outgoing/outgoing.js';
import { type Effort } from '../effort.js';
import { inLanes, numbersTo } from '../lanes.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { BareServer } from '../servers/bare-server.js';

/** As many jobs as the app takes at once. */
export const LANES = 50;
const BARE = 'bare undici';
const BODY = JSON.stringify({ task: 'lab.noop', payload: { ballast: 'x'.repeat(300) } });
const HEADERS = { 'content-type': 'application/json' };

/** Calls of the integrations app, with egress policy, limits and breaker, beside those of the library under them. */
export const outgoingCalls: Question = {
  ...{ title: `Calls to an HTTP server on this machine, ${LANES} at once`, unit: 'calls/s', better: 'more' },
  ask: async (_suite, effort) => {
    const server = await BareServer.start('bare-fastify');
    const url = `${server.url}/v1/jobs`;
    const agent = new Agent();
    const outgoing = outgoingTo(new URL(url).host);
    const bare = async (): Promise<void> => {
      const { origin, pathname: path } = new URL(url);
      const { body } = await agent.request({ origin, path, method: 'POST', headers: HEADERS, body: BODY });
      await body.arrayBuffer();
    };
    const ours = async (): Promise<void> => {
      // Every job has a signal of its own.
      const { signal } = new AbortController();
      await outgoing.exchange({ method: 'POST', url, headers: HEADERS, body: BODY, signal });
    };
    try {
      // Nobody has called the host yet: it is known to answer afterwards.
      await ours();
      const contenders = { [BARE]: () => rate(bare, effort), "the app's calls": () => rate(ours, effort) };
      return rowsOf(await roundRobin(contenders, effort.runs), [BARE]);
    } finally {
      await Promise.all([agent.close(), outgoing.onApplicationShutdown(), server.stop()]);
    }
  },
};

/** Calls of the only process of its app. @param allow the pair that they go to */
export function outgoingTo(allow: string): Outgoing {
  const peers = { self: 'bench', tell: () => undefined, listen: () => undefined };
  const dependencies = new Dependencies({ slots: LANES, peers, termsOf: () => DEPENDENCY_TERMS });
  return new Outgoing(new EgressClient({ allow: [allow], userAgent: 'Leveret/bench' }), dependencies);
}

async function rate(call: () => Promise<void>, { jobs: count }: Effort): Promise<Sample> {
  const began = performance.now();
  await inLanes(numbersTo(count), LANES, call);
  return { value: (count / (performance.now() - began)) * 1_000 };
}
