import { describe, expect, it } from '@jest/globals';
import { Intake } from './intake.js';

/** What the intake opened and closed, in order, with a consumer that takes its time. */
const recorded = (): { intake: Intake; said: string[] } => {
  const said: string[] = [];
  let attached = false;
  const turn = async (word: string, to: boolean): Promise<void> => {
    said.push(`${word}…`);
    await new Promise((resolve) => setImmediate(resolve));
    attached = to;
    said.push(word);
  };
  const subscriber = {
    get attached() {
      return attached;
    },
    resume: () => turn('resumed', true),
    pause: () => turn('paused', false),
  };
  const dispatcher = {
    open: () => said.push('open'),
    hold: () => said.push('hold'),
    void: () => said.push('void'),
  };
  return { intake: new Intake('media', dispatcher, subscriber), said };
};

async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the intake', () => {
  it('takes nothing before the control stream has been read', async () => {
    const { intake, said } = recorded();
    intake.obey({ type: 'void', runs: [] });
    intake.obey({ type: 'resume', queue: 'media', version: 1 });
    expect([said, intake.obstacle]).toEqual([['void'], 'the control stream has not been read yet']);
    intake.follow(true);
    await intake.entered;
    expect([said, intake.obstacle]).toEqual([['void', 'open', 'resumed…', 'resumed'], undefined]);
  });

  it('is entered when the consumer comes later than it was asked to, because it had no channel', async () => {
    const subscriber = { attached: false, resume: async () => {}, pause: async () => {} };
    const intake = new Intake('media', { open: () => {}, hold: () => {}, void: () => {} }, subscriber);
    intake.follow(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(intake.obstacle).toBe('the consumer is not attached to its queue');
    subscriber.attached = true;
    intake.attach();
    await intake.entered;
  });

  it('stays closed, and is ready, when its queue is paused', async () => {
    const { intake, said } = recorded();
    intake.obey({ type: 'pause', queue: 'media', version: 1 });
    intake.follow(true);
    await intake.entered;
    expect(said).toEqual([]);
  });

  it('obeys the newest version of a pause or resume, in whatever order they come', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    intake.obey({ type: 'resume', queue: 'media', version: 3 });
    intake.obey({ type: 'pause', queue: 'media', version: 2 });
    expect(said.filter((word) => word === 'hold')).toEqual([]);
    intake.obey({ type: 'pause', queue: 'media', version: 4 });
    await intake.end();
    expect(said.filter((word) => word === 'hold')).toEqual(['hold']);
  });

  it('takes nothing while the app cannot work, and says why', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    intake.halt('the server refuses the password', 20);
    expect(intake.standstill).toBe('the server refuses the password');
    await until(() => said.filter((word) => word === 'resumed').length === 2);
    expect(said).toEqual(['open', 'resumed…', 'resumed', 'hold', 'paused…', 'paused', 'open', 'resumed…', 'resumed']);
    expect([intake.standstill, intake.obstacle]).toEqual([undefined, undefined]);
  });

  it('lays nothing to the broker while the app cannot work', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    intake.halt('the server refuses the password', 60_000);
    await until(() => said.includes('paused'));
    expect(intake.obstacle).toBeUndefined();
    intake.follow(false);
    expect(intake.obstacle).toBe('the control stream has not been read yet');
    await intake.end();
  });

  it('hears of a standstill once, however many jobs in hand meet it, until it has worked again', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    const refusal = 'the server refuses the password';
    const news = [refusal, refusal, 'the disk is full', 'the disk is full'].map((reason) => intake.halt(reason, 0));
    expect(news).toEqual([true, false, true, false]);
    await until(() => said.filter((word) => word === 'resumed').length === 2);
    expect(intake.halt(refusal, 0)).toBe(true);
    await intake.end();
  });

  it('stays closed when it ends while the app cannot work', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    intake.halt('the server refuses the password', 0);
    await intake.end();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said.at(-1)).toBe('paused');
  });

  it('does not care for other queues', async () => {
    const { intake, said } = recorded();
    intake.obey({ type: 'pause', queue: 'email', version: 1 });
    intake.follow(true);
    await intake.entered;
    expect(said).toContain('resumed');
  });

  it('holds at once, but detaches the consumer only when it is attached', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    intake.obey({ type: 'pause', queue: 'media', version: 1 });
    await intake.end();
    expect(said).toEqual(['open', 'hold', 'resumed…', 'resumed', 'paused…', 'paused']);
  });

  it('closes while the stream is lost, and for good when the app ends', async () => {
    const { intake, said } = recorded();
    intake.follow(true);
    await intake.entered;
    intake.follow(false);
    await intake.end();
    intake.follow(true);
    await intake.end();
    expect(said.filter((word) => word === 'open' || word === 'hold')).toEqual(['open', 'hold']);
  });
});
