import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connections } from '../src/connections/connections.js';
import { loadConnections } from '../src/connections/load-connections.js';

/** Connections as they are read from a file with this content. @param variables what the environment has */
export function connectionsOf(
  connections: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, string>> = {},
  hosts: Readonly<Record<string, unknown>> = {},
): Connections {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-connections-'));
  try {
    const file = join(folder, 'connections.yaml');
    writeFileSync(file, JSON.stringify({ connections, hosts }));
    return loadConnections({ connectionsFile: file, secretIn: (name) => variables[name] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
