import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importedPackages } from '../src/imports.mjs';

it('finds imports in every form, and only of packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'example.ts'),
    `
    import 'effect';
    import { a } from 'plain';
    import type { B } from '@scope/typed';
    import {
      c,
      d,
    } from 'multi/line';
    export * from '@scope/again/deep';
    const e = await import('dynamic');
    import { readFileSync } from 'node:fs';
    import { own } from './own.js';
    export const text = 'no import';
    // import 'comment';
    `,
  );
  expect([...importedPackages(folder)].sort()).toEqual([
    '@scope/again',
    '@scope/typed',
    'dynamic',
    'effect',
    'multi',
    'plain',
  ]);
});
