/**
 * npm run docs:outcomes
 *
 * Explores the scenarios and writes what came out into `docs`.
 */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { madvFreeDio } from './src/madv-free-dio.mjs';

const file = new URL('../../docs/outcomes-madv-free-dio.md', import.meta.url);
writeFileSync(file, await format(madvFreeDio(), { parser: 'markdown', printWidth: 100 }));
