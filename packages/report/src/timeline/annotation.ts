import type { Step } from '@pagerace/explorer';
import type { Frame, TraceAnnotation } from '@pagerace/machine';

/** Where in the kernel a step was taken, as far as the program said. */
export interface Place {
  /** The kernel's spelling of the operation; undefined for a program that says nothing of itself. */
  readonly primitive: string | undefined;
  /** Outermost call first. */
  readonly stack: readonly Frame[];
}

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
    typeof value.primitive === 'string'
  );
}

/** Where a step of a trace was taken. */
export function placeOf({ annotation, place }: Pick<Step, 'annotation' | 'place'>): Place {
  const primitive = isTraceAnnotation(annotation) ? annotation.primitive : annotation;
  return {
    primitive: typeof primitive === 'string' ? primitive : undefined,
    stack: Array.isArray(place) && place.every(isFrame) ? place : [],
  };
}
