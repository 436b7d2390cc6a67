import { parseArgs } from 'node:util';
import { explorePair, type Explored, nameOf, pairs, type Platform, registry } from './exploring.js';
import { faultsOf, NEWEST, toldInShort } from './judging.js';
import { operations } from './operations.js';
import { startStates } from './start-states.js';

const usage = `usage: node tools/pairs/dist/main.js [options]

Explores every pair of operations from every start state, on each kernel and architecture.
  --states a,b       these start states alone
  --pairs a,b        pairs with one of these operations, or these pairs: store|munmap
  --kernels a,b      default v5.17-rc2,v5.19,v6.1,${NEWEST}
  --arch a,b         default x86,arm64
  --executions n     up to so many executions of a pair; default 400
  --seconds n        and for so long; default 60
  --all              also print the rows of what is verified everywhere

Start states: ${startStates.map(({ id }) => id).join(' ')}
Operations: ${operations.map(({ id }) => id).join(' ')}

Fails where a pair ends in a model error or a deadlock, or violates on ${NEWEST} what is not explained.`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The list that was given, each of which must be one of the known. */
function chosen(given: string | undefined, known: readonly string[], what: string): string[] {
  const ids = given?.split(',') ?? [...known];
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new UsageError(`there is no ${what} ${unknown}; there are: ${known.join(' ')}`);
  return ids;
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`--${option} must be a number above 0, not ${text}`);
  return number;
}

function given(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        states: { type: 'string' },
        pairs: { type: 'string' },
        kernels: { type: 'string', default: `v5.17-rc2,v5.19,v6.1,${NEWEST}` },
        arch: { type: 'string', default: 'x86,arm64' },
        executions: { type: 'string', default: '400' },
        seconds: { type: 'string', default: '60' },
        all: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

function platformsOf(kernels: string, architectures: string): readonly Platform[] {
  const platforms = kernels
    .split(',')
    .flatMap((kernel) =>
      architectures.split(',').map((architecture) => ({ kernel, architecture })),
    );
  for (const { kernel, architecture } of platforms) {
    registry.kernel(kernel);
    registry.architecture(architecture);
  }
  return platforms;
}

function main(args: readonly string[]): number {
  const options = given(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const states = chosen(
    options.states,
    startStates.map(({ id }) => id),
    'start state',
  );
  const names = [...operations.map(({ id }) => id), ...new Set(pairs.map(nameOf))];
  const wanted = chosen(options.pairs?.replaceAll(/\s*\|\s*/g, ' | '), names, 'operation or pair');
  const platforms = platformsOf(options.kernels, options.arch);
  const bounds = {
    executions: numberOf(options.executions, 'executions'),
    time: 1000 * numberOf(options.seconds, 'seconds'),
  };
  const selected = pairs.filter(
    ({ state, first, second }) =>
      states.includes(state.id) &&
      [first.id, second.id, nameOf({ state, first, second })].some((id) => wanted.includes(id)),
  );

  console.log(['start state', 'pair', ...platforms.map(titleOf)].join(' | '));
  const faults: string[] = [];
  const counts = new Map<string, number>();
  for (const pair of selected) {
    const row: Explored[] = platforms.map((platform) => explorePair(pair, platform, bounds));
    for (const explored of row) {
      const { verdict } = explored.result;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      const where = `${pair.state.id}: ${nameOf(pair)} on ${titleOf(explored.platform)}`;
      faults.push(...faultsOf(explored).map((fault) => `${where}: ${fault}`));
    }
    if (!options.all && row.every(({ result }) => result.verdict === 'verified')) continue;
    console.log([pair.state.id, nameOf(pair), ...row.map(toldInShort)].join(' | '));
  }
  console.log(`\n${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
  for (const fault of faults) console.log(`✗ ${fault}`);
  console.log(`${selected.length * platforms.length} explorations, ${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}

function titleOf({ kernel, architecture }: Platform): string {
  return `${kernel} ${architecture}`;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (thrown) {
  const isUsage = thrown instanceof Error && thrown.name === 'UsageError';
  if (!isUsage) throw thrown;
  console.error(`${thrown.message}\nnode tools/pairs/dist/main.js --help lists the options`);
  process.exitCode = 2;
}
