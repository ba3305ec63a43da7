import { describe, expect, it } from '@jest/globals';
import { errorOfReceipt, type Receipt, receiptIn } from './receipt.js';

describe('the error of an attempt', () => {
  it.each<Receipt>([
    { status: 500, excerpt: 'out of order: try\nlater' },
    { status: 302, excerpt: null },
    { status: 410, excerpt: 'no more' },
  ])('says what the receiver has answered: %j', (receipt) => {
    const error = errorOfReceipt(receipt);
    expect(error.code).toBe(receipt.status === 410 ? 'receiver_gone' : `http_${receipt.status}`);
    expect(receiptIn(error.message)).toEqual(receipt);
  });

  it('says of no answer when there was none', () => {
    expect(receiptIn('Nobody listens.')).toBeUndefined();
  });
});
