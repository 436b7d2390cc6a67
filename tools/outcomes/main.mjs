/**
 * npm run docs:outcomes
 *
 * Explores the scenarios and writes what came out into `docs`.
 */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { gupFastCollapse } from './src/gup-fast-collapse.mjs';
import { madvFreeDio } from './src/madv-free-dio.mjs';

const documents = {
  'outcomes-madv-free-dio': madvFreeDio,
  'gup-fast-against-collapse': gupFastCollapse,
};

// With names, only those.
const chosen = process.argv.slice(2);
for (const [name, write] of Object.entries(documents)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const file = new URL(`../../docs/${name}.md`, import.meta.url);
  writeFileSync(file, await format(write(), { parser: 'markdown', printWidth: 100 }));
}
