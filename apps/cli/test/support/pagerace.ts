import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** Runs the command to its end; words are separated by spaces. */
export function pagerace(words: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const args = words.split(' ').filter((word) => word !== '');
  return start([...args, '--plugin', examples], environment).ended;
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
