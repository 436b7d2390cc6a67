import type { DataRace } from './data-races.js';
import { EventKind, type ExecutionGraph } from './graph.js';
import { Order } from './order.js';
import type { Registry } from './registry.js';
import { Violation } from './violation.js';

/** A data race as a violation of the property `data-race`. */
export function raceViolation(
  graph: ExecutionGraph,
  race: DataRace,
  registry: Registry,
): Violation {
  const access = (event: number): string =>
    `${graph.order[event] === Order.plain ? 'plain' : 'marked'} ${graph.kind[event] === EventKind.write ? 'write' : 'read'} ` +
    `by ${registry.threads[graph.thread[event]!]!.name}`;
  return new Violation(
    'data-race',
    `nothing orders the ${access(race.first)} and the ${access(race.second)} of ${registry.cells[graph.location[race.first]!]!.name}`,
  );
}
