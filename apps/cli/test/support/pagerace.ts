import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

vi.mock('node:worker_threads', async (original) => ({
  ...(await original<object>()),
  Worker: (await import('./thread-in-process.js')).ThreadInProcess,
}));

/** The command's own module. */
export const bin = fileURLToPath(new URL('../../bin/pagerace.js', import.meta.url));
/** The module of the plug-in with the tests' scenarios. */
export const examples = fileURLToPath(new URL('../fixture/example-plugin.mjs', import.meta.url));

/** What a process left behind. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the command with the tests' scenarios. */
export function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const inherited = { ...process.env };
  for (const name of ['NO_COLOR', 'FORCE_COLOR']) Reflect.deleteProperty(inherited, name);
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** The end of the command before: two at the same time would write into each other's output. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs the command to its end, in this process; words are separated by spaces. Of what a process alone has,
 * such as signals, a plug-in that is loaded for the first time, and a thread that can be ended, tests start one: {@link inOwnProcess}.
 */
export function pagerace(words: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return called([...argsOf(words), '--plugin', examples], environment);
}

/** The same in a process of its own, started as users start it. */
export function inOwnProcess(words: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return start([...argsOf(words), '--plugin', examples], environment).ended;
}

/** Calls the command in this process, with no scenarios of tests. */
export function called(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const ended = before.then(() => captured(args, environment));
  before = ended.catch(() => undefined);
  return ended;
}

async function captured(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { main } = await import('../../src/command-line.js');
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const written = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) =>
    vi.spyOn(process[`std${name}`], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  set({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...environment });
  try {
    return { code: await main(args), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    set({ NO_COLOR, FORCE_COLOR });
  }
}

/** Sets variables of the environment; undefined removes one. */
function set(variables: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

function argsOf(words: string): readonly string[] {
  return words.split(' ').filter((word) => word !== '');
}

/**
 * Starts the command with the tests' scenarios `endless` and `looping`.
 *
 * @param runs how often threads must have been run when it is under way
 * @param from the milliseconds after the first of them from which they count
 * @param workers in how many workers
 */
export function startEndless(
  words: string,
  { runs = 1, from = 0, workers = 1 } = {},
): ReturnType<typeof start> & { underWay: Promise<void> } {
  const args = [...words.split(' '), '--plugin', examples];
  const started = start(args, { TELL_AFTER: String(runs), TELL_FROM: String(from) });
  let told = '';
  const underWay = new Promise<void>((resolve) => {
    started.child.stderr!.on('data', (chunk: string) => {
      told += chunk;
      if (told.split('under way').length > workers) resolve();
    });
  });
  return { ...started, underWay };
}
