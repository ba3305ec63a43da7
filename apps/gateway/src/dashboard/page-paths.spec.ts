import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { PAGE_PATHS } from './page-paths.js';

const ROUTER = new URL('../../../dashboard/src/pages/pages.tsx', import.meta.url);
/** The first page, and the one that is in the place of any for who is not signed in. */
const UNROUTED = ['', 'sign-in'];

describe('the pages of the dashboard', () => {
  it('are at the addresses that its router knows, and below health there is none', async () => {
    const router = await readFile(ROUTER, 'utf8');
    const routed = [...router.matchAll(/ path="([^"*]+)"/g)].map(([, path = '']) => path.replace(/:\w+/, ':name'));
    expect(routed).toContain('health');
    expect(new Set(PAGE_PATHS)).toEqual(new Set([...UNROUTED, ...routed]));
  });
});
