const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^#libs/([^/]+)$': '<rootDir>/libs/$1/src/index.ts', '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
};

/** Real servers of their own, thrown away afterwards. */
const onServers = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  // A test or hook that hangs is ended; a busy machine fails none. Jest reads this here alone, not in a project.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,apps,tools,bench}/**/*.spec.ts', '<rootDir>/test/rules/**/*.spec.ts'],
    },
    { ...shared, ...onServers, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    {
      ...shared,
      ...onServers,
      globalSetup: '<rootDir>/test/support/browser-setup.mjs',
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/*.spec.ts'],
    },
    { ...shared, ...onServers, displayName: 'faults', testMatch: ['<rootDir>/test/faults/*.spec.ts'] },
    { ...shared, ...onServers, displayName: 'campaign', testMatch: ['<rootDir>/test/faults/campaign/*.spec.ts'] },
  ],
};
