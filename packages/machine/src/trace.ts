import { runtime } from '@pagerace/explorer';
import { callStack, type Frame } from './kernel-function.js';

/** What a traced event says of itself: the kernel primitive that made it, and the calls around it. */
export interface TraceAnnotation {
  /** The kernel's spelling, such as `atomic_dec_and_test`. */
  readonly primitive: string;
  /** Outermost call first. */
  readonly stack: readonly Frame[];
}

/** Annotates the next event of the running thread. Costs next to nothing unless a trace is recorded. */
export function trace(primitive: string): void {
  const memory = runtime();
  if (memory.tracing) {
    const annotation: TraceAnnotation = { primitive, stack: callStack() };
    memory.annotate(annotation);
  }
}
