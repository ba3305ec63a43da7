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
const TOTAL_MS = 30_000;

type SendCall = () => Promise<unknown>;

/** Calls that cost the server next to nothing: what the calls themselves cost decides. */
export const outgoingCalls: Question = asked('an HTTP server on this machine', 'bare-fastify');

/** Calls as they are made to an API of others. */
export const distantCalls: Question = asked('an HTTP server that answers in 20 to 50 ms', 'distant-http');

/** Calls of the integrations app, with egress policy, limits and breaker, beside those of the library under them. */
function asked(to: string, name: 'bare-fastify' | 'distant-http'): Question {
  return {
    ...{ title: `Calls to ${to}, ${LANES} at once`, unit: 'calls/s', better: 'more' },
    ask: async (_suite, effort) => {
      const server = await BareServer.start(name);
      const url = `${server.url}/v1/jobs`;
      const agent = new Agent();
      const outgoing = outgoingTo(new URL(url).host);
      const contenders = {
        [BARE]: bareCall(agent, url, () => undefined),
        [`${BARE}, with a signal and a time-out`]: bareCall(agent, url, endingOfJob),
        // Every job has a signal of its own.
        "the app's calls": () =>
          outgoing.exchange({ method: 'POST', url, headers: HEADERS, body: BODY, signal: signalOfJob() }),
      };
      try {
        // Nobody has called the host yet: it is known to answer afterwards.
        await contenders["the app's calls"]();
        return rowsOf(await roundRobin(timed(contenders, effort), effort.runs), Object.keys(contenders).slice(0, 2));
      } finally {
        await Promise.all([agent.close(), outgoing.onApplicationShutdown(), server.stop()]);
      }
    },
  };
}

function bareCall(agent: Agent, url: string, ending: () => AbortSignal | undefined): SendCall {
  return async () => {
    const { origin, pathname: path } = new URL(url);
    const signal = ending();
    const request = { origin, path, method: 'POST', headers: HEADERS, body: BODY } as const;
    const { body } = await agent.request(signal === undefined ? request : { ...request, signal });
    await body.arrayBuffer();
  };
}

function signalOfJob(): AbortSignal {
  return new AbortController().signal;
}

/** What a handler without Leveret's client would give a call. */
function endingOfJob(): AbortSignal {
  return AbortSignal.any([signalOfJob(), AbortSignal.timeout(TOTAL_MS)]);
}

/** Calls of the only process of its app. @param allow the pair that they go to */
export function outgoingTo(allow: string): Outgoing {
  const peers = { self: 'bench', tell: () => undefined, listen: () => undefined };
  const dependencies = new Dependencies({ slots: LANES, peers, termsOf: () => DEPENDENCY_TERMS });
  return new Outgoing(new EgressClient({ allow: [allow], userAgent: 'Leveret/bench' }), dependencies);
}

function timed(
  calls: Readonly<Record<string, SendCall>>,
  { jobs: count }: Effort,
): Record<string, () => Promise<Sample>> {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, () => rate(call, count)]));
}

async function rate(call: SendCall, count: number): Promise<Sample> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await inLanes(numbersTo(count), LANES, call);
  const { user, system } = process.cpuUsage(used);
  return {
    value: (count / (performance.now() - began)) * 1_000,
    also: { 'CPU of a call, µs': (user + system) / count },
  };
}
