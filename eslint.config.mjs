import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { lintConstraints } from './tools/src/boundaries.mjs';

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '.nx', '.entropic', '**/migrations/**', '**/*.generated.ts', '**/generated/**'] },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    plugins: { '@nx': nx },
    languageOptions: { parser: tseslint.parser },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: ['@entropic-lab/tools/boundaries'], depConstraints: lintConstraints() }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'off',
    },
  },
  // Pages have the types of a browser, and a program of their own.
  { files: ['apps/web/src/**/*.ts', 'apps/web/src/**/*.tsx'], languageOptions: { parserOptions: { project: './apps/web/tsconfig.json', tsconfigRootDir: import.meta.dirname } } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['apps/web/src/**'],
    // One program for all: a program a project takes more memory than Node gives.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
);
