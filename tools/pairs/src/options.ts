import { parseArgs } from 'node:util';
import { type Bounds, nameOf, pairs, type Platform, registry } from './exploring.js';
import { operations } from './operations.js';
import type { Pair } from './pair.js';
import { startStates } from './start-states.js';

const kernels = ['v5.17-rc2', 'v5.19', 'v6.1', 'v6.15'].join();

export const usage = `usage: node tools/pairs/dist/main.js [options]

Explores every pair of operations from every start state, on each kernel and architecture.
  --states a,b       these start states alone
  --pairs a,b        pairs with one of these operations, or these pairs: store|munmap
  --kernels a,b      default ${kernels}
  --arch a,b         default x86,arm64
  --executions n     up to so many executions of a pair; default 400
  --seconds n        and for so long; default 60
  --all              also print the rows of what is verified everywhere
  --json             print a JSON object a line: each exploration, and in the end how many there were
  --replay id        show the execution that was found of one pair on one kernel and architecture

Start states: ${startStates.map(({ id }) => id).join(' ')}
Operations: ${operations.map(({ id }) => id).join(' ')}

Fails where a pair ends in a model error, or in a deadlock or violation that is no known race.`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  readonly selected: readonly Pair[];
  readonly platforms: readonly Platform[];
  readonly bounds: Bounds;
  readonly all: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** The id of an execution. */
  readonly replay: string | undefined;
}

/** @throws {UsageError} if the command line is wrong */
export function readOptions(args: readonly string[]): Options {
  const options = given(args);
  const states = chosen(
    options.states,
    startStates.map(({ id }) => id),
    'start state',
  );
  const names = [...operations.map(({ id }) => id), ...new Set(pairs.map(nameOf))];
  const wanted = chosen(options.pairs?.replaceAll(/\s*\|\s*/g, ' | '), names, 'operation or pair');
  const selected = pairs.filter(
    ({ state, first, second }) =>
      states.includes(state.id) &&
      [first.id, second.id, nameOf({ state, first, second })].some((id) => wanted.includes(id)),
  );
  if (selected.length === 0)
    throw new UsageError('no such pair can be composed from these start states');
  const platforms = platformsOf(options.kernels, options.arch);
  if (options.replay !== undefined && selected.length * platforms.length !== 1)
    throw new UsageError(
      `--replay needs one pair of one start state, on one kernel and architecture, not ` +
        String(selected.length * platforms.length),
    );
  return {
    selected,
    platforms,
    bounds: {
      executions: numberOf(options.executions, 'executions'),
      time: 1000 * numberOf(options.seconds, 'seconds'),
    },
    all: options.all,
    json: options.json,
    help: options.help,
    replay: options.replay,
  };
}

/** The list that was given, each of which must be one of the known. */
function chosen(list: string | undefined, known: readonly string[], what: string): string[] {
  const ids = list?.split(',') ?? [...known];
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
        kernels: { type: 'string', default: kernels },
        arch: { type: 'string', default: 'x86,arm64' },
        executions: { type: 'string', default: '400' },
        seconds: { type: 'string', default: '60' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        replay: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

function platformsOf(kernelIds: string, architectures: string): readonly Platform[] {
  const platforms = kernelIds
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
