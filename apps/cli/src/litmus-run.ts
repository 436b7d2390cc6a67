import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type JudgedFile, judgeFile, type JudgeFileOptions } from '@pagerace/litmus';
import type { Interruption } from './interruption.js';

/** So long, in milliseconds, tests are judged right here: most directories need no worker's start-up. */
const beforeWorkers = 400;

/** A file of more bytes goes to a worker at once: a memory model asked about so many events is not interrupted. */
const smallFile = 8192;

/** So much longer than it may, in milliseconds, a test may take to find out for itself that it takes too long. */
const grace = 1000;

/** A test that takes longer, in milliseconds, goes to a worker: meanwhile signals have to be served. */
const atOnce = 200;

/**
 * Judges files, on all processors if that takes long.
 *
 * @param judged hears of each file in the order of `files`, whichever is done first
 * @returns what was judged; fewer than `files` if the user did not want to wait
 */
export async function judgeFiles(
  files: readonly string[],
  options: JudgeFileOptions,
  interruption: Interruption,
  judged: (result: JudgedFile) => void,
): Promise<readonly JudgedFile[]> {
  const results: (JudgedFile | undefined)[] = files.map(() => undefined);
  let told = 0;
  const done = (index: number, result: JudgedFile): void => {
    results[index] = result;
    for (let next; (next = results[told]) !== undefined; told++) judged(next);
  };

  const long: number[] = [];
  const begun = performance.now();
  const { timeLimit = Infinity } = options;
  for (const [index, file] of files.entries()) {
    if (interruption.requested) break;
    if (performance.now() - begun > beforeWorkers || !isSmall(file)) {
      long.push(index);
      continue;
    }
    const result = judgeFile(file, { ...options, timeLimit: Math.min(timeLimit, atOnce) });
    if (result.isCutShort && timeLimit > atOnce) long.push(index);
    else done(index, result);
    await setImmediate();
  }
  await judgeByWorkers(long, files, options, interruption, done);

  // The results behind a file that was not waited for have not been reported yet.
  results.slice(told).forEach((result) => result && judged(result));
  return results.filter((result) => result !== undefined);
}

function isSmall(file: string): boolean {
  // What is wrong with a file that there is not is told where it is read.
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  return size === undefined || size <= smallFile;
}

async function judgeByWorkers(
  indices: readonly number[],
  files: readonly string[],
  options: JudgeFileOptions,
  interruption: Interruption,
  done: (index: number, result: JudgedFile) => void,
): Promise<void> {
  const left = [...indices];
  const { timeLimit = Infinity, explain = false } = options;
  const most = timeLimit * (explain ? 2 : 1) + grace;
  /** One worker's life; ends when nothing is left, or it failed, or the user has enough. */
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      const worker = new Worker(new URL('./litmus-worker.js', import.meta.url), {
        workerData: options,
      });
      let current: number | undefined;
      let begun = Infinity;
      const watch = setInterval(() => {
        if (interruption.requested) end();
        else if (performance.now() - begun > most) giveUp();
      }, 50);
      const end = (): void => {
        clearInterval(watch);
        void worker.terminate().then(() => resolve());
      };
      const giveUp = (): void => {
        clearInterval(watch);
        worker.removeAllListeners('message');
        const file = files[current!]!;
        const reason = `${file}: not decided within ${String(timeLimit / 1000)} s`;
        done(current!, {
          outcome: { kind: 'timed out', file, reason },
          text: '',
          isCutShort: true,
        });
        void worker.terminate().then(() => resolve(left.length > 0 ? work() : undefined));
      };
      const next = (): void => {
        current = interruption.requested ? undefined : left.shift();
        if (current === undefined) end();
        else worker.postMessage(files[current]!);
      };
      worker.on('message', (result: JudgedFile | 'begun') => {
        if (result === 'begun') {
          begun = performance.now();
          return;
        }
        begun = Infinity;
        done(current!, result);
        next();
      });
      // Out of memory, say: that concerns one test.
      worker.on('error', ({ message }) => {
        clearInterval(watch);
        const file = files[current!]!;
        const reason = `${file}: internal error: ${message}`;
        done(current!, { outcome: { kind: 'failed', file, reason }, text: '', isCutShort: false });
        resolve(left.length > 0 && !interruption.requested ? work() : undefined);
      });
      next();
    });
  const workers = Math.min(availableParallelism(), left.length);
  await Promise.all(Array.from({ length: workers }, work));
}
