import { fileURLToPath } from 'node:url';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';

RuleTester.describe = describe;
RuleTester.it = it;

const fixture = fileURLToPath(new URL('fixture', import.meta.url));

/** Lints snippets as if they were `fixture/file.ts`, so that typed rules have a program to ask. */
export const ruleTester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: fixture },
  },
});

/** @param {string} code */
export const snippet = (code) => ({ code, filename: `${fixture}/file.ts` });
