/**
 * npm run docs:outcomes [-- DOCUMENT …]    explores the scenarios and writes what came out into `docs`
 * npm run test:outcomes                    (--check) says where `docs` differs from what comes out today
 *
 * With --check the last line is `N passed, N failed`, and `reports/outcomes.txt` has it too. A document is
 * one test.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { differences } from './src/differences.mjs';
import { fileBackedGup } from './src/file-backed-gup.mjs';
import { findings } from './src/findings.mjs';
import { gupFastCollapse } from './src/gup-fast-collapse.mjs';
import { madvFreeDio } from './src/madv-free-dio.mjs';
import { written } from './src/outcome.mjs';
import { swapExclusive } from './src/swap-exclusive.mjs';
import { Workers } from './src/workers.mjs';

/** @type {Record<string, () => string>} */
const documents = {
  'outcomes-madv-free-dio': madvFreeDio,
  'gup-fast-against-collapse': gupFastCollapse,
  'outcomes-swap-exclusive': swapExclusive,
  'outcomes-file-backed-gup': fileBackedGup,
  findings,
};

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(documents);
for (const name of chosen) {
  if (Object.hasOwn(documents, name)) continue;
  console.error(`There is no document ${name}; known: ${Object.keys(documents).join(', ')}`);
  process.exit(2);
}

const root = new URL('../../', import.meta.url);
const workers = new Workers();
let failed = 0;
for (const name of chosen) {
  const file = new URL(`docs/${name}.md`, root);
  const text = await written(/** @type {() => string} */ (documents[name]), (cells) =>
    workers.explore(cells),
  );
  const document = await format(text, { parser: 'markdown', printWidth: 100 });
  if (!values.check) {
    writeFileSync(file, document);
    continue;
  }
  const lines = differences(readFileSync(file, 'utf8'), document);
  if (lines.length > 0) failed++;
  console.log(lines.length > 0 ? `✗ docs/${name}.md: npm run docs:outcomes` : `✓ docs/${name}.md`);
  for (const line of lines) console.log(line);
}
await workers.end();

if (values.check) {
  const summary = `${chosen.length - failed} passed, ${failed} failed`;
  mkdirSync(new URL('reports', root), { recursive: true });
  writeFileSync(new URL('reports/outcomes.txt', root), `${summary}\n`);
  console.log(`\n${summary}`);
  process.exitCode = failed === 0 ? 0 : 1;
}
