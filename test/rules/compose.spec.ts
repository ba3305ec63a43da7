import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cap_drop?: readonly string[];
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

/** A path of this project, which is mounted to be read. */
const OWN_FILES = /^\.\/.*:ro$/;

describe('the compose file', () => {
  let services: Readonly<Record<string, Service>>;
  let apps: readonly (readonly [string, Service])[];

  beforeAll(async () => {
    const file = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as { services: typeof services };
    ({ services } = file);
    apps = Object.entries(services).filter(([, { image }]) => image.startsWith('leveret/'));
  });

  it('brings every app with all that it needs, without a profile', () => {
    expect(Object.values(services).filter(({ profiles }) => profiles !== undefined)).toEqual([]);
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['rabbitmq', 'postgres', 's3', 'mail-catcher']));
    for (const [, app] of apps)
      expect(Object.keys(app.depends_on ?? {})).toEqual(expect.arrayContaining(['rabbitmq', 's3']));
  });

  it('has the apps keep files in the store, by its keys, and share no volume', () => {
    for (const [name, { environment = {}, volumes = [] }] of apps) {
      expect([name, environment['STORAGE_URL']]).toEqual([
        name,
        expect.stringContaining('s3://leveret?endpoint=http://s3:7070'),
      ]);
      expect(environment['AWS_SECRET_ACCESS_KEY']).toBe(services['s3']?.environment?.['ROOT_SECRET_ACCESS_KEY']);
      expect(environment['AWS_ACCESS_KEY_ID']).toBe(services['s3']?.environment?.['ROOT_ACCESS_KEY_ID']);
      expect(volumes.filter((volume) => volume.includes(':') && !OWN_FILES.test(volume))).toEqual([]);
    }
  });

  it('gives no service rights, no app a way to write to itself, and opens ports on this machine alone', () => {
    for (const { cap_drop: dropped, ports = [] } of Object.values(services)) {
      expect(dropped).toEqual(['ALL']);
      expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    }
    expect(apps.filter(([, app]) => app.read_only !== true)).toEqual([]);
  });
});
