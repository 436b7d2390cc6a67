import { Worker } from 'node:worker_threads';
import type { Result } from '@pagerace/explorer';
import { UsageError } from './failure.js';
import type { InterleavingStrategy } from './interleaving-search.js';
import type { WorkerMessage, WorkerTask } from './interleaving-worker.js';
import type { Interruption } from './interruption.js';
import type { ProgressDisplay } from './progress-display.js';
import type { Selection } from './selection.js';

/**
 * Searches interleavings in a thread of its own: the search is one long call, and signals have to be
 * served meanwhile.
 */
export async function runInterleavings(
  { choice, plugins, subject }: Selection,
  strategy: InterleavingStrategy,
  display: ProgressDisplay,
  interruption: Interruption,
): Promise<Result> {
  const interrupted = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const task: WorkerTask = { choice, plugins, strategy, interrupted };
  const worker = new Worker(new URL('./interleaving-worker.js', import.meta.url), {
    workerData: task,
  });
  const watch = setInterval(() => {
    if (interruption.requested) Atomics.store(interrupted, 0, 1);
  }, 50);
  const started = performance.now();
  let next = started + display.interval;
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: WorkerMessage) => {
        switch (message.kind) {
          case 'result':
            resolve(message.result);
            return;
          case 'usage error':
            reject(new UsageError(message.message));
            return;
          case 'progress': {
            const milliseconds = performance.now() - started;
            if (performance.now() < next) return;
            next = performance.now() + display.interval;
            const { executions, memory } = message;
            display.progress(subject, {
              executions,
              memory,
              milliseconds,
              rate: (executions / milliseconds) * 1000,
            });
          }
        }
      });
    });
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}
