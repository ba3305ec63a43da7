import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'libs/*/dist/**', 'node_modules/**', '.leveret/**', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    // A program is made once. The project service, made for editors, looks for changes at every file, which takes a third more time.
    languageOptions: { parserOptions: { project: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/require-await': 'off', // handlers implement an async interface
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest option classes take literals
      // Taking a field out of an object leaves it unused.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-async-promise-executor': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only libs/config reads the environment.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['process', 'node:process'].map((name) => ({ name, message: 'Use the global process.' })),
          patterns: [
            { group: ['**/libs/**', '**/apps/**'], message: 'Enter a lib by #libs/<name>.' },
            { regex: '^#libs/[^/]+/', message: 'Enter a lib by #libs/<name>.' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Name every export.' },
        {
          selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
          message: 'No default exports.',
        },
        { selector: 'PropertyDefinition[static=true]:not([readonly=true])', message: 'No mutable statics.' },
        {
          selector:
            'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/], ' +
            'ImportSpecifier[imported.name=/^(xit|fit|xtest|xdescribe|fdescribe)$/]',
          message: 'No skipped, single, unwritten or failing tests.',
        },
        {
          selector: 'MemberExpression[object.name="jest"][property.name="retryTimes"]',
          message: 'A test that fails now and then is wrong, or has found something.',
        },
      ],
    },
  },
  {
    // The launcher, tests and benchmarks hand an environment to the processes that they start; examples are programs of others.
    files: ['libs/config/**', 'tools/**', 'test/**', 'bench/**', 'examples/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['tools/**', 'bench/**', 'examples/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.spec.ts', 'test/**'], rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' } },
);
