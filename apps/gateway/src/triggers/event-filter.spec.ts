import { describe, expect, it } from '@jest/globals';
import { filterErrors, passesFilter } from './event-filter.js';

const EVENT = {
  id: 'e-1',
  type: 'order.placed',
  data: {
    country: 'DE',
    total: 120.5,
    paid: true,
    coupon: null,
    at: '2026-03-01T10:00:00Z',
    items: [{ sku: 'a', tags: ['new'] }],
    customer: { name: 'Ada' },
  },
};

describe('a filter', () => {
  it.each<[string, object, boolean]>([
    ['nothing', {}, true],
    ['an equal text', { 'data.country': 'DE' }, true],
    ['another text', { 'data.country': 'AT' }, false],
    ['a number of another type', { 'data.total': '120.5' }, false],
    ['true', { 'data.paid': true }, true],
    ['null, of null', { 'data.coupon': null }, true],
    ['null, of nothing', { 'data.none': null }, false],
    ['the type and the id', { type: 'order.placed', id: 'e-1' }, true],
    ['an item of a list', { 'data.items.0.sku': 'a' }, true],
    ['an item that is none', { 'data.items.1.sku': 'a' }, false],
    ['a list', { 'data.items.0.tags': ['new'] }, true],
    ['an equal object', { 'data.customer': { eq: { name: 'Ada' } } }, true],
    ['another', { 'data.country': { ne: 'AT' } }, true],
    ['another, of nothing', { 'data.none': { ne: 'AT' } }, true],
    ['one of a list', { 'data.country': { in: ['AT', 'DE'] } }, true],
    ['none of a list', { 'data.country': { in: ['AT'] } }, false],
    ['what is there', { 'data.coupon': { exists: true } }, true],
    ['what is not there', { 'data.none': { exists: false } }, true],
    ['what is there and is not to be', { 'data.total': { exists: false } }, false],
    ['a range', { 'data.total': { gt: 100, lte: 120.5 } }, true],
    ['a range that ends before', { 'data.total': { gte: 100, lt: 120.5 } }, false],
    ['a time', { 'data.at': { gte: '2026-01-01', lt: '2026-04-01' } }, true],
    ['an order of what has none', { 'data.total': { gt: '1' } }, false],
    ['an order of nothing', { 'data.none': { lt: 1 } }, false],
    ['all of several', { 'data.country': 'DE', 'data.total': { gt: 500 } }, false],
    ['no inherited field', { 'data.toString': { exists: true } }, false],
    ['no length', { 'data.items.length': { exists: true } }, false],
  ])('of %s', (_, filter, passes) => {
    expect(filterErrors(filter as Record<string, unknown>)).toEqual([]);
    expect(passesFilter(filter as Record<string, unknown>, EVENT)).toBe(passes);
  });

  it.each<[object, string]>([
    [{ total: 1 }, 'filter.total'],
    [{ 'data..x': 1 }, 'filter.data..x'],
    [{ 'data.x}}{{data.y': 1 }, 'filter.data.x}}{{data.y'],
    [{ '': 1 }, 'filter.'],
    [{ 'data.x': {} }, 'filter.data.x'],
    [{ 'data.x': { like: 'a%' } }, 'filter.data.x.like'],
    [{ 'data.x': { constructor: 1 } }, 'filter.data.x.constructor'],
    [{ 'data.x': { in: 'a' } }, 'filter.data.x.in'],
    [{ 'data.x': { exists: 1 } }, 'filter.data.x.exists'],
    [{ 'data.x': { gt: true } }, 'filter.data.x.gt'],
    [Object.fromEntries(Array.from({ length: 21 }, (__, at) => [`data.x${at}`, 1])), 'filter'],
  ])('that is none is told by path: %j', (filter, path) => {
    expect(filterErrors(filter as Record<string, unknown>).map((error) => error.path)).toEqual([path]);
  });
});
