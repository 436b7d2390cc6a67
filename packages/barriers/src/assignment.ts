import { Fence, Order } from '@pagerace/explorer';
import { dropped, type Ordering, type OrderingOverride } from '@pagerace/machine';

/** What stands in the place of some ordering sites, by name; every other one is as it is written. */
export type Assignment = ReadonlyMap<string, OrderingOverride>;

/** The kernel as it is. */
export const asWritten: Assignment = new Map();

/** The next weaker orderings: every one that is weaker is one of them, or weaker than one of them. */
export function weakenings(
  written: Ordering,
  now: OrderingOverride = written,
): readonly OrderingOverride[] {
  if (now.kind === 'dropped') return [];
  if (now.kind === 'fence') {
    if (now.fence === Fence.full) return [fence(Fence.read), fence(Fence.write)];
    return now.fence === Fence.writeToAny ? [fence(Fence.write)] : [dropped];
  }
  return now.order === Order.full || now.order === Order.acquireRelease
    ? [order(Order.acquire), order(Order.release)]
    : [dropped];
}

function fence(kind: Fence): OrderingOverride {
  return { kind: 'fence', fence: kind };
}

function order(one: Order): OrderingOverride {
  return { kind: 'order', order: one };
}

/** The assignment with further sites weakened. */
export function weakened(
  assignment: Assignment,
  ...sites: readonly (readonly [string, OrderingOverride])[]
): Assignment {
  return new Map([...assignment, ...sites]);
}

/** The assignment with further sites dropped. */
export function without(assignment: Assignment, names: readonly string[]): Assignment {
  return weakened(assignment, ...names.map((name) => [name, dropped] as const));
}

/** Whether `one` orders everything that `other` orders: it is the same, or stronger. */
export function isAtLeast(one: Assignment, other: Assignment): boolean {
  return [...one].every(([name, override]) => {
    const than = other.get(name);
    // Of what can stand in one place, only what is written there is stronger than the middle ones.
    return than !== undefined && (than.kind === 'dropped' || isSame(than, override));
  });
}

function isSame(one: OrderingOverride, other: OrderingOverride): boolean {
  if (one.kind === 'order') return other.kind === 'order' && one.order === other.order;
  if (one.kind === 'fence') return other.kind === 'fence' && one.fence === other.fence;
  return other.kind === 'dropped';
}
