import { describe, expect, it } from '@jest/globals';
import { type Message } from 'amqplib';
import { Acknowledgements } from './acknowledgements.js';

const DELIVERIES = 7;

describe('acknowledgements', () => {
  const begin = (): { readonly said: [number, boolean][]; readonly to: Acknowledgements; readonly of: Message[] } => {
    const said: [number, boolean][] = [];
    const to = new Acknowledgements({
      ack: ({ fields }, all = false) => {
        said.push([fields.deliveryTag, all]);
      },
    });
    const of = Array.from({ length: DELIVERIES }, (_, index) => ({ fields: { deliveryTag: index + 1 } }) as Message);
    for (const message of of) to.expect(message);
    return { said, to, of };
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('stand for all of a turn at once, whatever order they came in', async () => {
    const { said, to, of } = begin();
    for (const message of of.toReversed()) to.say(message);
    expect(said).toEqual([]);
    await turn();
    expect(said).toEqual([[DELIVERIES, true]]);
    expect(to.outstanding).toBe(0);
  });

  it('never stand for what is still in hand', async () => {
    const { said, to, of } = begin();
    for (const message of [of[5], of[0], of[3], of[1]]) if (message !== undefined) to.say(message);
    await turn();
    expect(said).toEqual([
      [2, true],
      [4, false],
      [6, false],
    ]);
    said.length = 0;
    for (const message of of) to.say(message);
    await turn();
    expect(said).toEqual([[DELIVERIES, true]]);
  });

  it('are sent at once when asked to, and once', async () => {
    const { said, to, of } = begin();
    for (const message of of) to.say(message);
    to.flush();
    await turn();
    expect(said).toEqual([[DELIVERIES, true]]);
  });
});
