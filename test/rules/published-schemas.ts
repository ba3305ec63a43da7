import ts from 'typescript';
import { type Manifest } from './rendered-manifests.js';

type Models = Readonly<Record<string, new (content: object) => { validate(): void }>>;

/** Packages that are generated from the schemas of Kubernetes and of operators. */
const MODELS: Readonly<Record<string, { readonly module: string; readonly load: () => Promise<unknown> }>> = {
  v1: { module: 'kubernetes-models/v1', load: () => import('kubernetes-models/v1') },
  'apps/v1': { module: 'kubernetes-models/apps/v1', load: () => import('kubernetes-models/apps/v1') },
  'batch/v1': { module: 'kubernetes-models/batch/v1', load: () => import('kubernetes-models/batch/v1') },
  'policy/v1': { module: 'kubernetes-models/policy/v1', load: () => import('kubernetes-models/policy/v1') },
  'networking.k8s.io/v1': {
    module: 'kubernetes-models/networking.k8s.io/v1',
    load: () => import('kubernetes-models/networking.k8s.io/v1'),
  },
  'keda.sh/v1alpha1': {
    module: '@kubernetes-models/keda/keda.sh/v1alpha1',
    load: () => import('@kubernetes-models/keda/keda.sh/v1alpha1'),
  },
  'monitoring.coreos.com/v1': {
    module: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
    load: () => import('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'),
  },
};

/** True when a package of npm has the schema of a manifest. */
export function hasSchema({ apiVersion }: Manifest): boolean {
  return apiVersion in MODELS;
}

/** What a manifest's published schema says against its values; nothing when it fits. */
export async function misfits(manifest: Manifest): Promise<string[]> {
  const models = (await MODELS[manifest.apiVersion]?.load()) as Models | undefined;
  const Model = models?.[manifest.kind];
  if (Model === undefined) return [`There is no ${manifest.kind} in ${manifest.apiVersion}.`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${String(error)}`];
  }
}

const OPTIONS: ts.CompilerOptions = {
  ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/**
 * Fields that the published schemas do not have. Schemas bear them and a cluster drops them in silence; the compiler, given
 * each manifest as a literal of its type, does not.
 */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const file = `${process.cwd()}/test/rules/manifests.virtual.ts`;
  const text = ['export {};', ...manifests.map(literal)].join('\n');
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile: (name, version) =>
      name === file ? ts.createSourceFile(name, text, version) : disk.getSourceFile(name, version),
  };
  const program = ts.createProgram([file], OPTIONS, host);
  const source = program.getSourceFile(file);
  return program
    .getSemanticDiagnostics(source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

function literal({ apiVersion, kind, ...content }: Manifest): string {
  return `new (await import('${MODELS[apiVersion]?.module}')).${kind}(${JSON.stringify(content)});`;
}
