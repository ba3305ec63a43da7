import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
/* eslint-disable no-restricted-imports -- What the media app may take is known to itself alone. */
import { MOST_MEMORY, MOST_WRITTEN } from '../../apps/media/src/ffmpeg/guarded-program.js';
import { PICTURE_MEMORY_BYTES } from '../../apps/media/src/image-pool/image-pool.js';
import { MODEL_MEMORY_BYTES } from '../../apps/media/src/moderation/moderator.js';
import { VIDEO_FILE } from '../../apps/media/src/sources/received-files.js';
import { VIDEO_FORMATS } from '../../apps/media/src/tasks/process-video/video-plan.js';
/* eslint-enable no-restricted-imports */
import { type Manifest, type Pod, podOf } from './rendered-manifests.js';

const GIB = 1024 ** 3;
/** What the app itself takes, which only hands files on. */
const APP_BYTES = GIB / 2;

const bytesOf = (quantity: string): number => Number(/^(\d+)Gi$/.exec(quantity)?.[1]) * GIB;

describe('the pod of the media app', () => {
  let pod: Pod & { readonly volumes: readonly { name: string; emptyDir: { sizeLimit: string } }[] };
  let jobs: number;

  beforeAll(async () => {
    const [deployment] = parseAllDocuments(await readFile('deploy/kubernetes/base/apps/media.yaml', 'utf8'));
    pod = podOf(deployment?.toJS() as Manifest) as typeof pod;
    jobs = Number(pod.containers[0].env?.find(({ name }) => name === 'CONCURRENCY')?.value);
  });

  it('has memory for all that its jobs may take at once', () => {
    const ofJobs = jobs * Math.max(MOST_MEMORY, PICTURE_MEMORY_BYTES);
    const limit = bytesOf(pod.containers[0].resources.limits.memory);
    expect(limit).toBeGreaterThanOrEqual(ofJobs + MODEL_MEMORY_BYTES + APP_BYTES);
  });

  it('has room on its disk for what they read and write', () => {
    const work = pod.volumes.find(({ name }) => name === 'work');
    const ofJobs = jobs * (VIDEO_FILE.maxBytes + VIDEO_FORMATS.length * MOST_WRITTEN);
    expect(bytesOf(String(work?.emptyDir.sizeLimit))).toBeGreaterThanOrEqual(ofJobs);
  });
});
