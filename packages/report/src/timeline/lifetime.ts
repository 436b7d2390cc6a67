import type { Step } from '@pagerace/explorer';

/** The machine's own memory of what is allocated: `Allocation` of @pagerace/machine. */
const generation = /^(.+)\.generation$/;

/** Whether the step looks at, or changes, whether an object is allocated. */
export function isLifetime({ cell }: Step): boolean {
  return generation.test(cell);
}

/** The same in words; undefined for any other step. */
export function lifetimeText({ cell, operation, after }: Step): string | undefined {
  const [, object] = generation.exec(cell) ?? [];
  if (object === undefined || typeof after !== 'number') return undefined;
  const isAllocated = after % 2 === 1;
  if (operation === 'read') return `${object} is ${isAllocated ? 'allocated' : 'free'}`;
  return `${object} is ${isAllocated ? 'given out' : 'freed'}`;
}
