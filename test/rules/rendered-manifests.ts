import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { Screen } from '../../tools/console/screen.js';
import { ensureKubectl } from '../../tools/local-nodes/kubectl-program.js';

/** An object for a cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Record<string, unknown>;
  readonly data?: Readonly<Record<string, string>>;
}

/** One process of a pod, as far as tests look at it. */
export interface Container {
  readonly image: string;
  readonly env?: readonly {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string } };
  }[];
  readonly envFrom?: readonly { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  readonly securityContext: unknown;
  readonly resources: { readonly requests: { cpu: string; memory: string }; readonly limits: { memory: string } };
  readonly livenessProbe?: unknown;
  readonly readinessProbe?: unknown;
  readonly lifecycle?: { readonly preStop: { readonly exec?: { readonly command: readonly string[] } } };
}

/** A pod as a deployment or a job describes it. */
export interface Pod {
  readonly containers: readonly [Container];
  readonly securityContext: unknown;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
}

/** What Kustomize makes of an overlay of `deploy/kubernetes`. */
export function render(overlay: string): Promise<readonly Manifest[]> {
  return renderFolder(`deploy/kubernetes/overlays/${overlay}`);
}

/** What Kustomize makes of a folder. */
export async function renderFolder(folder: string): Promise<readonly Manifest[]> {
  const kubectl = await ensureKubectl(new Screen(process.stderr));
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** The pod of a deployment or job. */
export function podOf({ spec }: Manifest): Pod {
  return (spec['template'] as { spec: Pod }).spec;
}
