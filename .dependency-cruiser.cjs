// The architecture's rules. test/rules plants a violation of each and expects it to be reported.
const outsideTests = '\\.spec\\.ts$|^test/';
const owner = (name, pkg, home) => ({
  name,
  severity: 'error',
  comment: `${pkg} has one owner: ${home}`,
  from: { pathNot: [home, '^tools/', '^bench/', outsideTests] },
  to: { path: `node_modules/(${pkg})/` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['/main\\.ts$', outsideTests] }, to: {} },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|tools|bench|test)/' },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-never-import-tools',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^(tools|bench|test)/' },
    },
    {
      name: 'libs-by-the-front-door',
      severity: 'error',
      from: { path: '^(apps|libs|tools|bench|test)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'contracts-import-nothing',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: outsideTests },
      to: { pathNot: '^libs/contracts/' },
    },
    {
      name: 'batching-imports-nothing',
      severity: 'error',
      from: { path: '^libs/batching/', pathNot: outsideTests },
      to: { pathNot: '^libs/batching/' },
    },
    {
      name: 'config-imports-contracts-only',
      severity: 'error',
      from: { path: '^libs/config/' },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config)/' },
    },
    {
      name: 'observability-sits-on-config',
      severity: 'error',
      from: { path: '^libs/observability/' },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config|observability)/' },
    },
    {
      name: 'adapters-are-siblings',
      severity: 'error',
      from: { path: '^libs/(broker|storage)/' },
      to: { path: '^libs/(broker|storage|consumer)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'gateway-is-no-consumer',
      severity: 'error',
      from: { path: '^apps/gateway/' },
      to: { path: '^libs/consumer/' },
    },
    {
      name: 'consumer-apps-never-touch-the-broker',
      severity: 'error',
      from: { path: '^apps/(?!gateway/)' },
      to: { path: '^libs/broker/' },
    },
    {
      name: 'task-folders-are-islands',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/tasks/([^/]+)/' },
      to: { path: '^apps/$1/src/tasks/', pathNot: '^apps/$1/src/tasks/$2/' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    owner('only-broker-knows-amqp', 'amqplib|amqp-connection-manager|rabbitmq-client', '^libs/broker/'),
    owner('only-the-gateway-knows-the-database', 'pg|pg-[^/]+', '^apps/gateway/src/ledger/'),
    owner('only-media-knows-sharp', 'sharp', '^apps/media/'),
    owner('only-storage-knows-s3', '@aws-sdk', '^libs/storage/'),
    owner('only-observability-logs', 'pino|prom-client', '^libs/observability/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
