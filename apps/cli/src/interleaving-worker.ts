import { parentPort, workerData } from 'node:worker_threads';
import type { Result } from '@pagerace/explorer';
import { failureOf } from './failure.js';
import { type InterleavingStrategy, searchInterleavings } from './interleaving-search.js';
import { loadRegistry } from './plugins.js';
import { type Choice, select } from './selection.js';

/** What the worker is given. Programs cannot be sent to it: it composes the run again. */
export interface WorkerTask {
  readonly choice: Choice;
  readonly plugins: readonly string[];
  readonly strategy: InterleavingStrategy;
  /** One word that is not 0 when the search is to end. */
  readonly interrupted: Int32Array;
}

/** What the worker says. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly executions: number; readonly memory: number }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'usage error'; readonly message: string };

const { choice, plugins, strategy, interrupted } = workerData as WorkerTask;
const say = (message: WorkerMessage): void => parentPort!.postMessage(message);

try {
  const { run } = select(await loadRegistry(plugins), choice);
  let told = performance.now();
  const result = searchInterleavings(
    run,
    strategy,
    () => Atomics.load(interrupted, 0) !== 0,
    ({ executions }) => {
      if (performance.now() - told < 200) return;
      told = performance.now();
      say({ kind: 'progress', executions, memory: process.memoryUsage.rss() });
    },
  );
  say({ kind: 'result', result });
} catch (thrown) {
  if (!(thrown instanceof Error && thrown.name === 'UsageError')) throw thrown;
  say({ kind: 'usage error', message: failureOf(thrown).message });
}
