import { describe, expect, it } from '@jest/globals';
import { type ConsumeMessage } from 'amqplib';
import { Acknowledgements } from './acknowledgements.js';

const DELIVERIES = 7;

describe('acknowledgements', () => {
  const begin = (): {
    readonly said: [number, boolean][];
    readonly to: Acknowledgements;
    readonly of: ConsumeMessage[];
  } => {
    const said: [number, boolean][] = [];
    const to = new Acknowledgements({
      ack: ({ fields }, all = false) => {
        said.push([fields.deliveryTag, all]);
      },
    });
    const fieldsOf = (index: number): object => ({
      deliveryTag: index + 1,
      consumerTag: index < 3 ? 'first' : 'second',
    });
    const of = Array.from({ length: DELIVERIES }, (_, index) => ({ fields: fieldsOf(index) }) as ConsumeMessage);
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

  it('know how many are lacking that came to other consumers than some', () => {
    const { to, of } = begin();
    expect([to.besides([]), to.besides(['first']), to.besides(['first', 'second'])]).toEqual([DELIVERIES, 4, 0]);
    for (const message of of.slice(0, 4)) to.say(message);
    expect([to.besides([]), to.besides(['first']), to.besides(['second'])]).toEqual([3, 3, 0]);
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
