import { describe, expect, it } from '@jest/globals';
import { connectBucket } from './s3-client.js';

describe('A client of a bucket', () => {
  it('speaks by path, without new checksums, to an endpoint of its own', async () => {
    const { config } = connectBucket({ bucket: 'files', endpoint: 'http://localhost:9000', region: undefined });
    expect(config.forcePathStyle).toBe(true);
    expect(await config.region()).toBe('us-east-1');
    expect(await config.requestChecksumCalculation()).toBe('WHEN_REQUIRED');
    expect(await config.responseChecksumValidation()).toBe('WHEN_REQUIRED');
  });

  it("keeps the SDK's own ways with AWS", async () => {
    const { config } = connectBucket({ bucket: 'files', endpoint: undefined, region: 'eu-central-1' });
    expect(config.forcePathStyle).toBe(false);
    expect(await config.region()).toBe('eu-central-1');
    expect(await config.requestChecksumCalculation()).toBe('WHEN_SUPPORTED');
  });
});
