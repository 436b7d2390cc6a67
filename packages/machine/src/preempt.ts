import { Order, Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { current, taskName } from './task.js';
import type { Cpu } from './machine.js';

const isFree = (held: number): boolean => held === 0;
const take = (): number => 1;

/**
 * Threads of one CPU interleave anywhere, except that only one at a time is where it must not be
 * preempted. A CPU with one thread has nobody to exclude, and then this makes no event.
 *
 * Each thread has a store buffer of its own, so on such a CPU the memory models allow a little more
 * than the hardware, where a context switch is a full barrier.
 */
export function preemptDisable(): void {
  const task = current();
  if (task.preemptCount++ === 0 && task.cpu.isShared) {
    task.cpu.preemptionOff.awaitUpdate(isFree, take, Order.acquire);
  }
}

export function preemptEnable(): void {
  const task = current();
  if (--task.preemptCount === 0 && task.cpu.isShared) {
    task.cpu.preemptionOff.write(0, Order.release);
  }
}

/** in_atomic() || irqs_disabled(): whether the task must not sleep. */
export function inAtomic(): boolean {
  const { preemptCount, interruptsOff, context } = current();
  return preemptCount > 0 || interruptsOff > 0 || context === 'interrupt';
}

/** might_sleep(): what follows may block, which must not happen in atomic context. */
export function mightSleep(what: string): void {
  if (inAtomic()) {
    const { held } = current();
    const locks = held.map(({ lockClass }) => lockClass.name).join(', ') || 'none';
    throw new Violation(
      MachineProperty.sleepInAtomic,
      `${taskName()} may sleep in ${what} in atomic context; locks held: ${locks}`,
    );
  }
}

/** The CPU that the thread runs on. */
export function thisCpu(): Cpu {
  return current().cpu;
}

/** smp_processor_id(). */
export function smpProcessorId(): number {
  return thisCpu().id;
}
