// The architecture's rules. test/rules plants a violation of each and expects it to be reported.

/** What specs stand on: never built into the suite, never imported by it. */
const SUPPORT = '^(apps|libs)/[^/]+/(spec|src/testing)/';
/** What specs of consumer apps stand on, those of users too. */
const KIT = '^libs/consumer-testing/';
const TESTS = ['\\.spec\\.ts$', '^test/', SUPPORT, KIT];

/** Programs around the suite. They start it, measure it or make its pages, so they may use what it is made of. */
const AROUND = ['^tools/', '^bench/'];

/** A package that one part alone knows; the others meet it through that part's interface. */
const owner = (name, packages, home) => ({
  name,
  severity: 'error',
  comment: `The owner of ${packages.replaceAll('|', ', ')} is ${home.slice(1)}. Use what it exports.`,
  from: { pathNot: [home, ...AROUND, ...TESTS] },
  to: { path: `node_modules/(${packages})/` },
});

/** Drivers of databases: the ledger is the gateway's alone, those of users are behind datasets. */
const DRIVERS = 'pg|pg-[^/]+|mysql2';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-unknown-imports',
      severity: 'error',
      comment: 'An import that cannot be resolved escapes every other rule. (Only built files may be missing.)',
      from: {},
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment:
        'Neither of two files that need each other can be read, or moved, alone. What both need is a third, types too.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports it and it imports nothing. Remove it, or use it.',
      from: { orphan: true, pathNot: ['/main\\.tsx?$', '^libs/sdk/src/node\\.ts$', ...TESTS] },
      to: {},
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      comment: 'Apps stand on libs.',
      from: { path: '^libs/' },
      to: { path: '^(apps|tools|bench|test)/' },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      comment: 'Apps are deployed alone. What two of them need is a lib; what they tell each other is a message.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-never-import-tools',
      severity: 'error',
      comment: 'Tools start apps; specs take the private servers from them.',
      from: { path: '^apps/', pathNot: TESTS },
      to: { path: '^(tools|bench|test)/' },
    },
    {
      name: 'libs-by-the-front-door',
      severity: 'error',
      comment: "Import #libs/<name>: a lib's files are its own business.",
      from: { path: '^(apps|libs|tools|bench|test)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'contracts-import-nothing',
      severity: 'error',
      comment: 'The vocabulary is pure, so that every part can share it.',
      from: { path: '^libs/contracts/', pathNot: TESTS },
      to: { pathNot: '^libs/contracts/' },
    },
    {
      name: 'batching-imports-nothing',
      severity: 'error',
      comment: 'It batches whatever it is given.',
      from: { path: '^libs/batching/', pathNot: TESTS },
      to: { pathNot: '^libs/batching/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'config-imports-contracts-only',
      severity: 'error',
      comment: 'Configuration is read before anything else runs.',
      from: { path: '^libs/config/' },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config)/' },
    },
    {
      name: 'observability-sits-on-config',
      severity: 'error',
      comment: 'Every part is observed, so observability stands under all but the configuration.',
      from: { path: '^libs/observability/' },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config|observability)/' },
    },
    {
      name: 'adapters-are-siblings',
      severity: 'error',
      comment: 'Broker and storage know nothing of each other, nor of what stands on them.',
      from: { path: '^libs/(broker|storage)/' },
      to: { path: '^libs/(broker|storage|consumer)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'sdk-stands-alone',
      severity: 'error',
      comment: 'It is a package of its own, without dependencies; what it takes from contracts is put into it.',
      from: { path: '^libs/sdk/', pathNot: TESTS },
      to: { path: ['^libs/', 'node_modules/'], pathNot: '^libs/(sdk|contracts)/' },
    },
    {
      name: 'browsers-load-no-node',
      severity: 'error',
      comment:
        'Browsers load the SDK as it is. What Node alone has goes through node.ts, which is an entry of its own.',
      from: { path: '^(libs/sdk|apps/dashboard)/src/', pathNot: [...TESTS, '^libs/sdk/src/(node\\.ts|cli/)'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'suppressions-stand-on-storage',
      severity: 'error',
      comment: 'Whom no mail goes to is kept in files, which the gateway and an app without a database both have.',
      from: { path: '^libs/suppressions/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/(contracts|storage|suppressions)/' },
    },
    {
      name: 'webhooks-stand-on-storage',
      severity: 'error',
      comment: 'Their secrets are made of what gateway and app both have: a setting, and a number in a file.',
      from: { path: '^libs/webhooks/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/(contracts|storage|webhooks)/' },
    },
    {
      name: 'datasets-stand-on-config',
      severity: 'error',
      comment:
        'Datasets are about the databases of users; broker, files and jobs are the business of whoever uses them.',
      from: { path: '^libs/datasets/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config|datasets)/' },
    },
    {
      name: 'egress-stands-on-config',
      severity: 'error',
      comment: 'It calls the servers of others and knows nothing of jobs, broker and files.',
      from: { path: '^libs/egress/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/(contracts|config|observability|egress)/' },
    },
    {
      name: 'only-consumer-apps-use-datasets',
      severity: 'error',
      comment: 'The gateway sees no database but the ledger, and no lib stands on the databases of users.',
      from: { path: '^(apps/gateway|libs)/', pathNot: ['^libs/datasets/', ...TESTS] },
      to: { path: '^libs/datasets/' },
    },
    {
      name: 'gateway-is-no-consumer',
      severity: 'error',
      comment: 'The gateway runs no tasks.',
      from: { path: '^apps/gateway/' },
      to: { path: '^libs/consumer/' },
    },
    {
      name: 'consumer-apps-stand-on-the-consumer',
      severity: 'error',
      comment:
        'Handlers work on payloads, files and settings of their own. Broker and telemetry are the business of libs/consumer.',
      from: { path: '^apps/(?!(gateway|dashboard)/)' },
      to: {
        path: '^libs/',
        pathNot: ['^libs/(consumer|storage|contracts|config|suppressions|datasets|egress|webhooks)/', KIT],
      },
    },
    {
      name: 'the-dashboard-is-a-user-of-the-api',
      severity: 'error',
      comment: 'It runs in browsers, and knows of the gateway what the SDK tells.',
      from: { path: '^apps/dashboard/' },
      to: { path: '^libs/', pathNot: '^libs/sdk/' },
    },
    {
      name: 'task-folders-are-islands',
      severity: 'error',
      comment: 'A task is added and removed as one folder. What two tasks share lies beside tasks/.',
      from: { path: '^apps/([^/]+)/src/tasks/([^/]+)/' },
      to: { path: '^apps/$1/src/tasks/', pathNot: '^apps/$1/src/tasks/$2/' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      comment: 'Specs and what they stand on are not part of the suite.',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-development-packages-in-production',
      severity: 'error',
      comment: 'An image has no devDependencies. The dashboard has been bundled by then.',
      from: { path: '^(apps/(?!dashboard/)|libs/)', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    owner('only-broker-knows-amqp', 'amqplib|amqp-connection-manager|rabbitmq-client', '^libs/broker/'),
    {
      ...owner('only-ledger-and-datasets-know-databases', DRIVERS, '^apps/gateway/src/ledger/'),
      comment:
        "The ledger's database is opened by the gateway's ledger, those of users by libs/datasets. Use what they export.",
      from: { pathNot: ['^apps/gateway/src/ledger/', '^libs/datasets/', ...AROUND, ...TESTS] },
    },
    owner('only-datasets-read-exact-numbers', 'lossless-json', '^libs/datasets/'),
    owner('only-exports-write-documents', 'pdfkit|yazl|d3-[^/]+', '^apps/exports/'),
    owner('only-media-knows-sharp', 'sharp|thumbhash|nsfwjs|@tensorflow', '^apps/media/'),
    owner('only-email-knows-mails', 'nodemailer|mrml|liquidjs|html-to-text', '^apps/email/'),
    owner('only-egress-calls-out', 'undici|ipaddr\\.js|cockatiel', '^libs/egress/'),
    owner('only-storage-knows-s3', '@aws-sdk', '^libs/storage/'),
    owner('only-observability-logs', 'pino|prom-client', '^libs/observability/'),
    owner(
      'only-the-gateway-speaks-http',
      '@fastify/[^/]+|@nestjs/swagger|socket\\.io|swagger-ui-dist',
      '^apps/gateway/',
    ),
  ],
  options: {
    // Built files are met where Jest has to be given plain JavaScript; they are not judged a second time.
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: '^libs/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
