import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Manifest, renderFolder } from './rendered-manifests.js';

const INSTALLATION_PATIENCE_MS = 5 * 60_000;

describe('the overlay that docs/kubernetes.md shows', () => {
  let folder: string;
  let manifests: readonly Manifest[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-overlay-'));
    await cp('deploy/kubernetes', join(folder, 'leveret/deploy/kubernetes'), { recursive: true });
    const overlay = join(folder, 'mine');
    const manual = await readFile('docs/kubernetes.md', 'utf8');
    await mkdir(overlay);
    await writeFile(join(overlay, 'kustomization.yaml'), String(/^```yaml\n(.*?)^```$/ms.exec(manual)?.[1]));
    await writeFile(join(overlay, 'datasets.yaml'), 'datasets: {}\n');
    manifests = await renderFolder(overlay);
  }, INSTALLATION_PATIENCE_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('leaves no address of the example anywhere', () => {
    const settings = manifests.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => JSON.stringify(data));
    expect(settings.join('\n')).toContain('PUBLIC_URL');
    expect(settings.filter((text) => text.includes('leveret.example.com'))).toEqual([]);
    expect(settings.filter((text) => text.includes('leveret@example.com'))).toEqual([]);
  });

  it('leaves nothing of an app that is not needed', () => {
    const kinds = (app: string): string[] =>
      manifests.filter(({ metadata }) => metadata.name === app).map(({ kind }) => kind);
    expect(kinds('media')).toEqual(expect.arrayContaining(['Deployment', 'PodDisruptionBudget', 'ScaledObject']));
    expect(kinds('exports')).toEqual([]);
  });
});
