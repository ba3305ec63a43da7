import { type Container, type Manifest } from './rendered-manifests.js';

/** What the secrets of a cluster hold: name, key, value. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * The environment that a cluster makes for a process: what `envFrom` names, and over it `env`, whose values may be made of
 * those before them.
 * @throws Error for a source or a key that the cluster does not have: the pod would not start
 */
export function environmentOf(
  { env = [], envFrom = [] }: Container,
  manifests: readonly Manifest[],
  secrets: Secrets,
): Readonly<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const source of envFrom) Object.assign(made, sourceOf(source, manifests, secrets));
  for (const variable of env) {
    made[variable.name] = valueOf(variable, secrets).replace(
      /\$\((\w+)\)/g,
      (text, name: string) => made[name] ?? text,
    );
  }
  return made;
}

type Source = NonNullable<Container['envFrom']>[number];

function sourceOf({ configMapRef, secretRef }: Source, manifests: readonly Manifest[], secrets: Secrets): unknown {
  if (secretRef !== undefined) return there(secrets[secretRef.name], `secret ${secretRef.name}`);
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name);
  return there(map?.data, `config map ${String(configMapRef?.name)}`);
}

function valueOf({ value, valueFrom }: NonNullable<Container['env']>[number], secrets: Secrets): string {
  const { name = '', key = '' } = valueFrom?.secretKeyRef ?? {};
  return value ?? there(secrets[name]?.[key], `key ${key} in the secret ${name}`);
}

function there<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`Expected a ${what}.`);
  return found;
}
