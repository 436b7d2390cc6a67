/**
 * npm run test:mutants [-- OPTIONS] [ID …]
 *
 * Plants each mutant, or only those that are named by a part of their id, runs the tests that claim to watch
 * it, and reports what survives.
 *
 *   --list        what the mutants are, without planting any
 *   --jobs N      how many are planted at a time; default as many as there are cores
 *   --json        the result as JSON on standard output
 *
 * Ends with 0 if every mutant is caught or recorded as equivalent, with 1 otherwise, and with 2 if it is
 * called wrongly or the list does not fit the sources.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { misfits } from './src/mutant.mjs';
import { mutants } from './src/mutants/index.mjs';
import { plant } from './src/plant.mjs';

/** @param {string} message @returns {never} */
function refuse(message) {
  console.error(`mutants: ${message}`);
  process.exit(2);
}

/** What the command line says. */
function options() {
  try {
    return parseArgs({
      options: {
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        jobs: { type: 'string', default: String(availableParallelism()) },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = options();
const root = fileURLToPath(new URL('../../', import.meta.url));
const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1)
  refuse(`--jobs takes a whole number above 0, not ${values.jobs}`);
for (const part of positionals)
  if (!mutants.some(({ id }) => id.includes(part)))
    refuse(`no mutant has ${part} in its id; see --list`);
const chosen = mutants.filter(
  ({ id }) => positionals.length === 0 || positionals.some((part) => id.includes(part)),
);
if (values.list) {
  for (const { id, fault, file } of chosen) console.log(`${id}\n    ${fault} (${file})`);
  process.exit(0);
}
const unfit = misfits(root, chosen);
if (unfit.length > 0) refuse(`the list does not fit the sources:\n  ${unfit.join('\n  ')}`);

const watchers = [...new Set(chosen.flatMap((mutant) => mutant.watchers))];
if (!values.json) console.log(`Without a mutant: the tests of ${watchers.join(', ')}`);
const without = await plant(root, watchers, jobs);
if (without.fate !== 'survived') refuse(`the tests fail without a mutant:\n${without.output}`);

/** @type {{ id: string, fault: string, file: string, fate: string, equivalent?: string }[]} */
const results = [];
const remaining = chosen.values();
async function workOff() {
  for (const mutant of remaining) {
    const { fate } = await plant(root, mutant.watchers, 1, mutant);
    const { id, fault, file, equivalent } = mutant;
    results.push({ id, fault, file, fate, ...(equivalent !== undefined && { equivalent }) });
    if (!values.json) console.log(`${isAsRecorded(fate, equivalent) ? '✓' : '✗'} ${id}: ${fate}`);
  }
}
await Promise.all(Array.from({ length: jobs }, workOff));

/** @param {string} fate @param {string | undefined} equivalent */
function isAsRecorded(fate, equivalent) {
  return (fate === 'survived') === (equivalent !== undefined);
}

const wrong = results.filter(({ fate, equivalent }) => !isAsRecorded(fate, equivalent));
const equivalents = results.filter(({ equivalent }) => equivalent !== undefined);
if (values.json) console.log(JSON.stringify({ mutants: results }, null, 2));
else {
  console.log();
  for (const { id, fault, file, fate } of wrong)
    console.log(
      fate === 'survived'
        ? `${id} survives: ${fault} (${file})`
        : `${id} is recorded as equivalent, and a test catches it: ${fault} (${file})`,
    );
  const caught = results.length - equivalents.length - wrong.length;
  console.log(
    `${results.length} mutants: ${caught} caught, ${equivalents.length} recorded as equivalent, ${wrong.length} not as recorded`,
  );
}
process.exitCode = wrong.length === 0 ? 0 : 1;
