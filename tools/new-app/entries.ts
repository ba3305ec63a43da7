import { type AppNames } from './app-names.js';

/** What a file of the project has to say of an app, and where. */
export interface Entry {
  readonly file: string;
  /** It stands before the first match. */
  readonly before: RegExp;
  readonly text: string;
}

/** Everything outside of an app's own files that has to name it. */
export function entriesOf({ name }: AppNames): readonly Entry[] {
  const base = 'deploy/kubernetes/base/kustomization.yaml';
  return [
    { file: 'package.json', before: /^ {4}"start:gateway"/m, text: startScript(name) },
    { file: 'nest-cli.json', before: /^ {4}"gateway": \{/m, text: nestProject(name) },
    { file: 'apps/gateway/src/topology/domains.ts', before: /^\];/m, text: `  '${name}',\n` },
    { file: 'Dockerfile', before: /$(?![\s\S])/, text: imageTarget(name) },
    { file: 'docker-compose.yml', before: /^ {2}mail-catcher:/m, text: composeService(name) },
    { file: base, before: /^ {2}- apps\/gateway\.yaml/m, text: `  - apps/${name}.yaml\n` },
    {
      file: base,
      before: /^ {2}- \{ name: leveret\/gateway,/m,
      text: `  - { name: leveret/${name}, newTag: 0.1.0 }\n`,
    },
    {
      file: 'deploy/kubernetes/components/keda/kustomization.yaml',
      before: /^ {2}- email\.yaml/m,
      text: `  - ${name}.yaml\n`,
    },
  ];
}

function startScript(name: string): string {
  return `    "start:${name}": "node --enable-source-maps dist/apps/${name}/src/main.js",\n`;
}

function nestProject(name: string): string {
  return `    "${name}": {
      "type": "application",
      "root": "apps/${name}",
      "entryFile": "apps/${name}/src/main",
      "sourceRoot": "apps/${name}/src",
      "compilerOptions": { "tsConfigPath": "tsconfig.build.json" }
    },
`;
}

function imageTarget(name: string): string {
  return `
FROM runtime AS ${name}
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages /packages/${name}/node_modules node_modules
COPY --from=build /app/dist/apps/${name} dist/apps/${name}
CMD ["node", "--enable-source-maps", "dist/apps/${name}/src/main.js"]
`;
}

function composeService(name: string): string {
  return `  ${name}:
    <<: *app
    image: leveret/${name}:\${LEVERET_VERSION:-local}
    build: { context: ., target: ${name} }
    environment:
      <<: *app-environment

`;
}
