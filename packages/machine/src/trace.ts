import { runtime } from '@pagerace/explorer';
import { type OrderingSite, takeWeakened } from './ordering-site.js';

/** What a traced operation says of itself; the calls around it are its place, a list of {@link Frame}. */
export interface TraceAnnotation {
  /** The kernel's spelling, such as `atomic_dec_and_test`. */
  readonly primitive: string;
  /** The ordering sites that were weakened: fences since the event before, and the event itself. */
  readonly weakened?: readonly OrderingSite[];
}

/** Names the next operation of the running thread. Costs next to nothing unless a trace is recorded. */
export function trace(primitive: string): void {
  const memory = runtime();
  if (memory.tracing) {
    const weakened = takeWeakened();
    const annotation: TraceAnnotation = {
      primitive,
      ...(weakened.length === 0 ? {} : { weakened }),
    };
    memory.annotate(annotation);
  }
}
