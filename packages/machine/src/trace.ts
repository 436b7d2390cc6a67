import { runtime } from '@pagerace/explorer';
import { callStack, type Frame } from './kernel-function.js';
import { type OrderingSite, takeWeakened } from './ordering-site.js';

/** What a traced event says of itself: the kernel primitive that made it, and the calls around it. */
export interface TraceAnnotation {
  /** The kernel's spelling, such as `atomic_dec_and_test`. */
  readonly primitive: string;
  /** Outermost call first. */
  readonly stack: readonly Frame[];
  /** The ordering sites that were weakened: fences since the event before, and the event itself. */
  readonly weakened?: readonly OrderingSite[];
}

/** Annotates the next event of the running thread. Costs next to nothing unless a trace is recorded. */
export function trace(primitive: string): void {
  const memory = runtime();
  if (memory.tracing) {
    const weakened = takeWeakened();
    const annotation: TraceAnnotation = {
      primitive,
      stack: callStack(),
      ...(weakened.length === 0 ? {} : { weakened }),
    };
    memory.annotate(annotation);
  }
}
