/**
 * npm test
 *
 * Runs everything that must hold, goes on after a failure, and ends with `N passed, N failed`. A step
 * that is no test run counts as one test. The last line is also left in `reports/summary.txt`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const tests = 'reports/tests.json';
const packed = 'reports/packed.json';

/** @type {{ name: string, command: string, report?: string }[]} */
const steps = [
  { name: 'build', command: 'tsc -b' },
  { name: 'format', command: 'prettier --check --log-level warn .' },
  // Before lint: the layer rule passes everything as long as Nx has not drawn the project graph.
  { name: 'references', command: 'nx sync:check' },
  { name: 'lint', command: 'eslint .' },
  { name: 'tests', command: `vitest run ${reportTo(tests)}`, report: tests },
  {
    name: 'packed packages',
    command: `vitest run --root tools/pack-check ${reportTo(`../../${packed}`)}`,
    report: packed,
  },
];

/** @param {string} file */
function reportTo(file) {
  return `--reporter=default --reporter=json --outputFile.json=${file}`;
}

rmSync('reports', { recursive: true, force: true });
mkdirSync('reports');

let [passed, failed] = [0, 0];
for (const { name, command, report } of steps) {
  console.log(`\n── ${name}: ${command.split(' --reporter')[0]}`);
  const started = Date.now();
  const { status } = spawnSync('npx', ['--no-install', ...command.split(' ')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const counts = report && existsSync(report) ? readCounts(report) : { passed: 0, failed: 0 };
  const ok = status === 0;
  // A step that fails without a failing test (a file that does not load, say) counts as one itself.
  passed += counts.passed + (ok && !report ? 1 : 0);
  failed += ok ? 0 : Math.max(counts.failed, 1);
  console.log(
    `── ${name} ${ok ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

const summary = `${passed} passed, ${failed} failed`;
writeFileSync('reports/summary.txt', `${summary}\n`);
console.log(`\n${summary}`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {string} report written by vitest's JSON reporter */
function readCounts(report) {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests };
}
