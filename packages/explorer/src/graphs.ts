import { canonicalText } from './canonical.js';
import { Exploration, Outcome } from './exploration.js';
import type { MemoryModel } from './memory-model.js';
import { mustBeModel } from './options.js';
import type { Setup } from './program.js';

/** Every execution of a program as text; see {@link canonicalText}. */
export interface Graphs {
  /** The complete executions, in the order in which they were explored. */
  readonly texts: readonly string[];
  /** The executions in which threads never stop waiting. */
  readonly deadlocks: readonly string[];
}

/** Explores a small program and keeps the text of each of its executions. */
export function exploreGraphs(setup: Setup, model: MemoryModel): Graphs {
  mustBeModel(model, 'exploreGraphs');
  const texts: string[] = [];
  const deadlocks: string[] = [];
  new Exploration(setup, {
    model,
    dataRaces: false,
    onRestart: () => {
      texts.length = deadlocks.length = 0;
    },
    onExecution: (outcome, graph) => {
      if (outcome === Outcome.complete) texts.push(canonicalText(graph));
      else if (outcome === Outcome.deadlock) deadlocks.push(canonicalText(graph));
    },
  }).advance(() => false);
  return { texts, deadlocks };
}
