import type { ExecutionGraph, Step, Trace } from '@pagerace/explorer';
import type { Frame, TraceAnnotation } from '@pagerace/machine';

/** An access of one execution, with its place in the coherence order of its cell. */
export interface Access {
  readonly step: Step;
  readonly thread: number;
  /** Among the steps of the thread, from 0. */
  readonly position: number;
  readonly cell: string;
  /** Whether the cell is a spinlock. */
  readonly isLock: boolean;
  /** How many writes of the cell are older than what it read: 0 is the initial value. */
  readonly reads?: number;
  /** Its place among the writes of the cell, from 1. */
  readonly writes?: number;
}

/** The kernel functions that a step was taken in, outermost first. */
export function callsOf({ place }: Step): readonly Frame[] {
  return (place ?? []) as readonly Frame[];
}

/** The steps of each thread, in program order. */
export function threadsOf(trace: Trace): readonly (readonly Step[])[] {
  return trace.threadNames.map((_, thread) => trace.steps.filter((step) => step.thread === thread));
}

const lockPrimitives = new Set(['spin_lock', 'spin_trylock', 'spin_unlock']);

/** Every access of an execution. */
export function accessesOf(trace: Trace): Access[] {
  const { graph } = trace;
  const places = coherencePlaces(graph);
  return threadsOf(trace).flatMap((steps, thread) => {
    return steps.flatMap((step, position): Access[] => {
      const isUpdate = step.operation === 'update';
      const { primitive = '' } = (step.annotation ?? {}) as Partial<TraceAnnotation>;
      const isLock = lockPrimitives.has(primitive);
      const common = { step, thread, position, cell: step.cell, isLock };
      switch (step.operation) {
        case 'write':
          return [{ ...common, writes: places.get(step.event)! }];
        case 'read':
        case 'update': {
          const source = graph.readsFrom[step.event]!;
          const reads = source < 0 ? 0 : places.get(source)!;
          return [{ ...common, reads, ...(isUpdate ? { writes: reads + 1 } : {}) }];
        }
        default:
          return [];
      }
    });
  });
}

/** Each write's place among those of its cell. */
function coherencePlaces(graph: ExecutionGraph): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (let location = 0; location < graph.locations; location++) {
    let place = 0;
    let write = graph.coherenceFirst[location]!;
    while (write >= 0) {
      places.set(write, ++place);
      write = graph.coherenceNext[write]!;
    }
  }
  return places;
}

/**
 * Whether an access comes before another by what they do to their cell: the other reads what it wrote
 * or something newer, or overwrites what it read or wrote.
 */
export function communicates(from: Access, to: Access): boolean {
  if (from.thread === to.thread || from.cell !== to.cell) return false;
  if (to.writes !== undefined) return (from.writes ?? from.reads!) < to.writes;
  return from.writes !== undefined && from.writes <= to.reads!;
}
