import type { Frame } from '@pagerace/machine';
import type { Place } from './annotation.js';
import { isAcquire, isProse, isRelease } from './primitive.js';

/** A step as it is shown: the calls around it, and the name under which it goes. */
export interface FoldedPlace {
  readonly stack: readonly Frame[];
  /** The kernel's own name for the operation; it may be that of a small function around it. */
  readonly name: string | undefined;
}

/**
 * Folds the small functions around one operation into it: `SetPageDirty()` with a `set_bit()` in it
 * is one line under the name of the first.
 *
 * Small are the functions of headers, where nothing else of theirs is shown. A fence keeps its name.
 *
 * @param own the places of one thread's shown steps, in their order
 * @param isFence of each, whether it is a fence
 */
export function folded(own: readonly Place[], isFence: readonly boolean[]): FoldedPlace[] {
  return own.map(({ stack, primitive }, nth) => {
    if (primitive === undefined || isProse(primitive) || isFence[nth] === true)
      return { stack, name: primitive };
    const others = Math.max(common(stack, own[nth - 1]?.stack), common(stack, own[nth + 1]?.stack));
    let depth = stack.length;
    while (depth > others && isSmall(stack[depth - 1]!, primitive)) depth--;
    return depth === stack.length
      ? { stack, name: primitive }
      : { stack: stack.slice(0, depth), name: stack[depth]!.name };
  });
}

/** Of other files only what takes or releases the same lock: `unlock_page()` of mm/filemap.c. */
function isSmall({ file, name }: Frame, primitive: string): boolean {
  return (
    file.endsWith('.h') ||
    (isAcquire(primitive) && isAcquire(name)) ||
    (isRelease(primitive) && isRelease(name))
  );
}

/** How many of the outermost calls two stacks share. */
function common(one: readonly Frame[], other: readonly Frame[] = []): number {
  let depth = 0;
  while (depth < one.length && one[depth] === other[depth]) depth++;
  return depth;
}
