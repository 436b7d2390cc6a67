import { Order } from '@pagerace/explorer';
import { WARN_ON } from './bug.js';
import { irqsDisabled } from './irq.js';
import type { Cpu } from './machine.js';
import { current } from './task.js';
import { trace } from './trace.js';

const interruptible = (off: number): boolean => off === 0;
const interrupted = (): number => 1;

/**
 * smp_call_function_many() with wait: runs `handler` on each of the CPUs but this one, and returns
 * when all have run it (kernel/smp.c).
 *
 * The sender delivers each interrupt itself, at a moment when the target takes interrupts. What it did
 * before is visible to the target afterwards, and the other way round, as the kernel's handshake
 * promises (llist_add(), csd_unlock(), csd_lock_wait()).
 */
export function smpCallFunctionMany(
  cpus: Iterable<Cpu>,
  handler: (cpu: Cpu) => void = acknowledge,
): void {
  WARN_ON(irqsDisabled(), 'smp_call_function_many() waits with interrupts off: may deadlock');
  const here = current().cpu;
  for (const cpu of cpus) {
    if (cpu === here) continue;
    trace('send IPI');
    cpu.interruptsOff.awaitUpdate(interruptible, interrupted, Order.full);
    handler(cpu);
    trace('IPI acknowledged');
    cpu.interruptsOff.write(0, Order.release);
  }
}

function acknowledge(): void {
  // To have been interrupted is all that the sender wanted.
}
