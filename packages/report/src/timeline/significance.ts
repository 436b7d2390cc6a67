import type { Step } from '@pagerace/explorer';
import type { Place } from './annotation.js';
import { isAcquire, isRelease } from './primitive.js';

/**
 * Which steps a reader needs to see.
 *
 * Shown are changes of state, fences, choices, the start and the end of threads, and reads through
 * which threads affect each other: of what another thread wrote, the first time that a thread sees
 * it, and of what another thread is yet to write. The rest changes nothing and matters to nobody: reads of what only its own thread
 * ever writes, the same value read again, locks that nobody else takes, and lock sections in which
 * nothing else is shown. A thread's last step is what it ended with, and always shown.
 */
export function significant(steps: readonly Step[], at: readonly Place[]): boolean[] {
  const shown = steps.map(() => false);
  const cells = new Map<string, CellHistory>();
  for (const step of steps) {
    if (step.cell === '') continue;
    const history = cells.get(step.cell) ?? new CellHistory();
    cells.set(step.cell, history);
    history.users.add(step.thread);
    if (step.operation !== 'read') history.lastWrites.set(step.thread, step.step);
  }

  for (const [index, step] of steps.entries()) {
    const history = cells.get(step.cell);
    if (history === undefined) {
      shown[index] = true;
      continue;
    }
    const { primitive } = at[index]!;
    const isShared = history.users.size > 1;
    if (isAcquire(primitive) || isRelease(primitive)) shown[index] = isShared;
    else if (step.operation === 'read')
      shown[index] = history.isNews(step, primitive !== undefined);
    else shown[index] = step.before !== step.after || step.under > 0 || isShared;
    history.note(step);
  }

  const last = new Map<number, number>();
  for (const [index, step] of steps.entries()) last.set(step.thread, index);
  for (const index of last.values()) {
    const { primitive } = at[index]!;
    if (!isRelease(primitive) && !isAcquire(primitive)) shown[index] = true;
  }

  hideEmptySections(steps, at, shown);
  return shown;
}

class CellHistory {
  readonly users = new Set<number>();
  /** Per thread, its last step that writes the cell. */
  readonly lastWrites = new Map<number, number>();
  #writer = -1;
  /** Per thread that knows the newest value, whether it has been shown reading it. */
  readonly #known = new Map<number, unknown>();

  /**
   * Whether a read tells something about other threads that its thread has not been told.
   *
   * @param isNamed an operation of the program; then it is news, too, that it still came in time: a
   * check whether something has changed, before another thread changes it
   */
  isNews(step: Step, isNamed: boolean): boolean {
    if (step.missed.length > 0) return true;
    const isKnown =
      this.#known.has(step.thread) && Object.is(this.#known.get(step.thread), step.before);
    if (!isKnown && this.#writer >= 0 && this.#writer !== step.thread) return true;
    if (isKnown && !isNamed) return false;
    for (const [thread, write] of this.lastWrites) {
      if (thread !== step.thread && write > step.step) return true;
    }
    return false;
  }

  note(step: Step): void {
    if (step.operation !== 'read') {
      this.#writer = step.thread;
      this.#known.clear();
    }
    this.#known.set(step.thread, step.after);
  }
}

/** Hides a lock that is taken and released without anything shown in between. */
function hideEmptySections(steps: readonly Step[], at: readonly Place[], shown: boolean[]): void {
  // Per thread, the steps shown since which only sections that are still open were entered.
  const open = new Map<number, number[]>();
  for (const [index, step] of steps.entries()) {
    if (shown[index] !== true) continue;
    const sections = open.get(step.thread) ?? [];
    open.set(step.thread, sections);
    const { primitive } = at[index]!;
    if (isAcquire(primitive) && step.before !== step.after) {
      sections.push(index);
      continue;
    }
    const innermost = sections.at(-1);
    if (isRelease(primitive) && innermost !== undefined && steps[innermost]!.cell === step.cell) {
      shown[innermost] = false;
      shown[index] = false;
      sections.pop();
      continue;
    }
    // Something to see: what encloses it stays.
    open.set(step.thread, []);
  }
}
