import { readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import * as pagerace from '@pagerace/eslint-plugin';
import tseslint from 'typescript-eslint';

const packages = `${import.meta.dirname}/packages`;

/** Sources of every package whose layer the explorer runs again and again. */
const modelSources = readdirSync(packages)
  .filter((name) => {
    const { nx } = JSON.parse(readFileSync(`${packages}/${name}/package.json`, 'utf8'));
    return pagerace.modelLayers.some((layer) => nx.tags.includes(`layer:${layer}`));
  })
  .map((name) => `packages/${name}/src/**/*.ts`);

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/coverage', '**/fixture', '**/generated', '.nx'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx, pagerace },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: pagerace.layerConstraints }],
      'pagerace/inject-matches-parameter': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: ['tsyringe', 'reflect-metadata'].map((name) => ({
            name,
            message: 'Only packages/di knows the container; use @pagerace/di.',
          })),
        },
      ],

      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A marked class without members of its own is how a variant takes over its parent's.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // An index that is in range by construction is the normal case in flat arrays.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Takes the type parameters of a decorator, which infer what they decorate, for useless.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/prefer-literal-enum-member': 'off',
    },
  },
  {
    files: modelSources,
    rules: { 'pagerace/no-ambient-input': 'error', 'pagerace/no-catch-all': 'error' },
  },
  {
    // Its signals are symbols: an error would record a stack each time a thread has to wait.
    files: ['packages/explorer/src/**/*.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    files: ['packages/di/src/tsyringe.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
