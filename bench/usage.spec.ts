import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { cpuSeconds } from './usage.js';

describe('cpuSeconds', () => {
  it('keeps what children have used that are gone', async () => {
    const before = cpuSeconds(process.pid);
    const own = process.cpuUsage();
    await promisify(execFile)(process.execPath, ['-e', 'while (process.cpuUsage().user < 300_000);']);
    const { user, system } = process.cpuUsage(own);
    expect(cpuSeconds(process.pid) - before - (user + system) / 1e6).toBeGreaterThan(0.25);
  });
});
