import { Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { type LockClass, lockClassLimit, lockClassOf } from './lock-class.js';
import { current } from './task.js';

/** A lock as lockdep sees it. */
export interface TrackedLock {
  readonly name: string;
  readonly lockClass: LockClass;
}

/**
 * Before the task waits for `lock`: notes the order in which it takes classes, and checks that the task does
 * not hold this lock already.
 */
export function lockdepAcquire(lock: TrackedLock, lockClass: LockClass = lock.lockClass): void {
  const { held, dependencies } = current();
  for (const { lock: other, lockClass: before } of held) {
    if (other === lock) {
      throw new Violation(MachineProperty.lockRecursion, `${lock.name} is taken by its own holder`);
    }
    const dependency = before.id * lockClassLimit + lockClass.id;
    if (!dependencies.includes(dependency)) dependencies.push(dependency);
  }
}

/** The task has got `lock`. A trylock comes here directly: it cannot wait, so it adds no order. */
export function lockdepAcquired(lock: TrackedLock, lockClass: LockClass = lock.lockClass): void {
  current().held.push({ lock, lockClass });
}

/** Before the task gives up `lock`. */
export function lockdepRelease(lock: TrackedLock): void {
  const { held } = current();
  const at = held.findLastIndex((one) => one.lock === lock);
  if (at < 0) {
    throw new Violation(MachineProperty.lockNotHeld, `${lock.name} is unlocked but not held`);
  }
  held.splice(at, 1);
}

/** lockdep_assert_held(). */
export function lockdepAssertHeld(lock: TrackedLock): void {
  if (!current().held.some((one) => one.lock === lock)) {
    throw new Violation(MachineProperty.lockNotHeld, `${lock.name} must be held here`);
  }
}

/**
 * Checks at the end of an execution that its tasks took their locks in an order that all of them keep.
 * What the tasks did is united here, so the check costs no event and no execution.
 */
export class LockOrder {
  /** Dependencies that are known to be without a cycle, all of them together. */
  #accepted = new Set<number>();

  /**
   * @param dependencies of every task of one execution
   * @throws {Violation} `lock-order`, with the cycle
   */
  check(dependencies: readonly (readonly number[])[]): void {
    if (dependencies.every((task) => task.every((one) => this.#accepted.has(one)))) return;
    const here = new Set(dependencies.flat());
    const cycle = findCycle(here);
    if (cycle !== undefined) {
      const names = [...cycle, cycle[0]!].map((id) => lockClassOf(id).name);
      throw new Violation(
        MachineProperty.lockOrder,
        `possible circular locking: ${names.join(' -> ')}`,
      );
    }
    // Only a memory of earlier answers: an execution is judged by its own dependencies alone.
    const union = new Set([...this.#accepted, ...here]);
    this.#accepted = findCycle(union) === undefined ? union : here;
  }
}

/** The classes of a cycle, beginning with the one whose name sorts first, or undefined. */
function findCycle(dependencies: ReadonlySet<number>): number[] | undefined {
  const after = new Map<number, number[]>();
  for (const dependency of dependencies) {
    const from = Math.floor(dependency / lockClassLimit);
    after.set(from, [...(after.get(from) ?? []), dependency % lockClassLimit]);
  }
  const done = new Set<number>();
  const search = (path: number[]): number[] | undefined => {
    const last = path[path.length - 1]!;
    for (const next of after.get(last) ?? []) {
      const at = path.indexOf(next);
      if (at >= 0) return path.slice(at);
      if (done.has(next)) continue;
      const found = search([...path, next]);
      if (found !== undefined) return found;
    }
    done.add(last);
    return undefined;
  };
  for (const from of after.keys()) {
    if (done.has(from)) continue;
    const found = search([from]);
    if (found !== undefined) return startAtFirstName(found);
  }
  return undefined;
}

function startAtFirstName(cycle: readonly number[]): number[] {
  const names = cycle.map((id) => lockClassOf(id).name);
  const first = names.indexOf([...names].sort()[0]!);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
