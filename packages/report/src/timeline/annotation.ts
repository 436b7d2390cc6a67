import type { Step } from '@pagerace/explorer';
import type { Frame, TraceAnnotation } from '@pagerace/machine';

/** Where in the kernel a step was taken, as far as the program said. */
export interface Place {
  /** The kernel's spelling of the operation; undefined for a program that says nothing of itself. */
  readonly primitive: string | undefined;
  /** Outermost call first. */
  readonly stack: readonly Frame[];
}

const nowhere: Place = { primitive: undefined, stack: [] };

function isFrame(value: unknown): value is Frame {
  return (
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
  );
}

function isTraceAnnotation(value: unknown): value is TraceAnnotation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'primitive' in value &&
    typeof value.primitive === 'string' &&
    'stack' in value &&
    Array.isArray(value.stack) &&
    value.stack.every(isFrame)
  );
}

/** The places of a trace's steps, in their order. */
export function places(steps: readonly Step[]): Place[] {
  const latest: unknown[] = [];
  return steps.map(({ thread, annotation }) => {
    // An annotation is made for one operation and stays until the next: what follows it without one
    // of its own, such as a sanitizer's look, is at the same place but is not that operation.
    const repeated = annotation === latest[thread];
    latest[thread] = annotation;
    if (typeof annotation === 'string')
      return { primitive: repeated ? undefined : annotation, stack: [] };
    if (!isTraceAnnotation(annotation)) return nowhere;
    return { primitive: repeated ? undefined : annotation.primitive, stack: annotation.stack };
  });
}
