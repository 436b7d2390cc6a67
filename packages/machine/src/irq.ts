import { Order, Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { preemptDisable, preemptEnable } from './preempt.js';
import { current, taskName } from './task.js';
import { trace } from './trace.js';

const interruptible = (off: number): boolean => off === 0;
const switchOff = (): number => 1;

/**
 * Begins a section in which this CPU takes no interrupts, so that an inter-processor interrupt sent
 * meanwhile is delivered after it. Sections nest.
 *
 * The section is a lock that the sender of an interrupt takes too. Under TSO taking it drains the
 * store buffer, which `cli` does not: stores of this CPU from before the section are then never seen
 * later than its reads.
 */
export function localIrqSave(): void {
  const task = current();
  if (task.interruptsOff++ > 0) return;
  preemptDisable();
  trace('local_irq_save');
  task.cpu.interruptsOff.awaitUpdate(interruptible, switchOff, Order.acquire);
}

/** Ends the section that the matching {@link localIrqSave} began. */
export function localIrqRestore(): void {
  const task = current();
  if (task.interruptsOff === 0) {
    throw new Violation(
      MachineProperty.interruptsOff,
      `${taskName()} restores interrupts that are on`,
    );
  }
  if (--task.interruptsOff > 0) return;
  trace('local_irq_restore');
  task.cpu.interruptsOff.write(0, Order.release);
  preemptEnable();
}

/** irqs_disabled(). */
export function irqsDisabled(): boolean {
  return current().interruptsOff > 0;
}
