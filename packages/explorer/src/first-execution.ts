import { Exploration } from './exploration.js';
import type { MemoryModel } from './memory-model.js';
import type { Setup } from './program.js';

/** Every read reads the newest write: enough for one execution. */
const newest: MemoryModel = {
  id: 'newest',
  title: 'the newest write',
  source: 'the explorer',
  exact: true,
  views: 0,
  floor: (graph, _thread, _length, location) => graph.coherenceLast[location]!,
  isConsistent: () => true,
  added: () => undefined,
};

/**
 * Looks at one execution of a program that a search over interleavings is to go through: whether its threads
 * do the same when they are run again, and in other orders. The search itself compares nothing of that.
 *
 * @throws {ModelError} which names the thread that does something else
 */
export function lookAtFirstExecution(setup: Setup): void {
  const exploration = new Exploration(setup, { model: newest });
  // An assumption that fails ends no execution.
  let pauses = 0;
  exploration.advance(() => exploration.executions > 0 || ++pauses === 10);
}
