import type { Step } from '@pagerace/explorer';
import type { Place } from './annotation.js';
import { isLifetime } from './lifetime.js';
import { isAcquire, isConditional, isPlain, isRelease } from './primitive.js';

/**
 * Which steps a reader needs to see.
 *
 * Shown are changes of state and attempts at them, fences, choices, the start and the end of threads, and reads through
 * which threads affect each other: of what another thread wrote, the first time that a thread sees
 * it, and of what another thread is to change next, as long as that is still in time. The rest
 * changes nothing and matters to nobody: reads of what only the own thread changes, locks that nobody
 * else takes, and lock sections in which nothing else is shown. In kernel code that goes for ordinary
 * writes to what no other thread looks at, too, but not for what is given out or freed. What a thread ends with is always shown.
 */
export function significant(steps: readonly Step[], at: readonly Place[]): boolean[] {
  const isKernel = at.some(({ stack }) => stack.length > 0);
  const cells = new Map<string, CellHistory>();
  for (const step of steps) {
    if (step.cell === '') continue;
    const history = cells.get(step.cell) ?? new CellHistory();
    cells.set(step.cell, history);
    history.add(step);
  }

  const shown = steps.map((step, index) => {
    const history = cells.get(step.cell);
    if (history === undefined) return true;
    const { primitive, stack } = at[index]!;
    const isPrivate = history.users.size === 1;
    if (isAcquire(primitive) || isRelease(primitive)) return !isPrivate;
    if (step.missed.length > 0 || step.under > 0) return true;
    if (isKernel && step.operation !== 'read' && isLifetime(step)) return true;
    if (step.operation !== 'read')
      return step.before !== step.after && !(isPrivate && isPlain(primitive) && stack.length > 0);
    if (isConditional(primitive)) return !isPrivate;
    if (history.tellsOfOthers(step)) return !isPlain(primitive) || !history.isChangedNextBy(step);
    return history.isInTime(step) && !(isKernel && isLifetime(step));
  });

  for (const index of lastSteps(steps, at, isKernel)) shown[index] = true;
  hideEmptySections(steps, at, shown);
  return shown;
}

/** The steps of one cell. */
class CellHistory {
  readonly users = new Set<number>();
  readonly #steps: Step[] = [];
  readonly #changes: Step[] = [];

  add(step: Step): void {
    this.users.add(step.thread);
    this.#steps.push(step);
    if (step.before !== step.after) this.#changes.push(step);
  }

  /** Whether a read is the first with which its thread sees what another thread has written. */
  tellsOfOthers(read: Step): boolean {
    const change = this.#changes.findLast(({ step }) => step < read.step);
    if (change === undefined || change.thread === read.thread) return false;
    return !this.#steps.some(
      ({ step, thread }) => thread === read.thread && step > change.step && step < read.step,
    );
  }

  /** Whether a read is its thread's first or last one before another thread changes what was read. */
  isInTime(read: Step): boolean {
    const next = this.#changes.find(({ step }) => step > read.step);
    if (next === undefined || next.thread === read.thread) return false;
    const previous = this.#changes.findLast(({ step }) => step < read.step)?.step ?? -1;
    const own = this.#steps.filter(
      ({ step, thread }) => thread === read.thread && step > previous && step < next.step,
    );
    return own[0] === read || own.at(-1) === read;
  }

  /** Whether the thread that reads changes the cell itself next, and so tells the value again. */
  isChangedNextBy(read: Step): boolean {
    return this.#changes.find(({ step }) => step > read.step)?.thread === read.thread;
  }
}

/** Per thread, the last step that is one of the program and no mere end of a lock section. */
function lastSteps(
  steps: readonly Step[],
  at: readonly Place[],
  isKernel: boolean,
): Iterable<number> {
  const last = new Map<number, number>();
  for (const [index, step] of steps.entries()) {
    const { thread, operation } = step;
    const { primitive } = at[index]!;
    if (isAcquire(primitive) || isRelease(primitive)) continue;
    if (isKernel && operation === 'read' && isLifetime(step)) continue;
    last.set(thread, index);
  }
  return last.values();
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
