import { S3Client } from '@aws-sdk/client-s3';
import { type BucketLocation } from './storage-url.js';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Until an answer begins; how long its content takes is up to who reads it. */
const ANSWER_TIMEOUT_MS = 120_000;
/** A download keeps its connection until it has been read. */
const MAX_CONNECTIONS = 512;

/**
 * A client for one bucket. Credentials come from the SDK's own chain. A service behind an endpoint of its own is spoken
 * to by path (its bucket is no host name) and without the checksums that came to S3 in 2025 and that many do not know.
 */
export function connectBucket({ endpoint, region }: BucketLocation): S3Client {
  const agent = { maxSockets: MAX_CONNECTIONS };
  return new S3Client({
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && {
      endpoint,
      region: region ?? 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  });
}
