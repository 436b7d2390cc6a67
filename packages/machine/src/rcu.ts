import { Fence, fence, Order, Violation } from '@pagerace/explorer';
import { MachineProperty } from './bug.js';
import { smpCallFunctionMany } from './smp.js';
import { mightSleep } from './preempt.js';
import { current, taskName } from './task.js';
import { trace } from './trace.js';

const passing = -1;
const noGracePeriod = (readers: number): boolean => readers !== passing;
const noReaders = (readers: number): boolean => readers === 0;
const oneMore = (readers: number): number => readers + 1;
const pass = (): number => passing;

/** Begins a read-side critical section; sections nest. */
export function rcuReadLock(): void {
  const task = current();
  if (task.rcuNesting++ > 0) return;
  trace('rcu_read_lock');
  task.cpu.rcuReaders.awaitUpdate(noGracePeriod, oneMore, Order.acquire);
}

/** Ends the section that the matching {@link rcuReadLock} began. */
export function rcuReadUnlock(): void {
  const task = current();
  if (task.rcuNesting === 0) {
    throw new Violation(
      MachineProperty.lockNotHeld,
      `${taskName()} leaves an RCU section it is not in`,
    );
  }
  if (--task.rcuNesting > 0) return;
  trace('rcu_read_unlock');
  task.cpu.rcuReaders.fetchAdd(-1, Order.release);
}

/** call_rcu(): runs `callback` after a grace period, in a thread of its own. */
export function callRcu(callback: () => void): void {
  trace('call_rcu');
  current().machine.spawn('rcu', () => {
    synchronizeRcu();
    callback();
  });
}

/**
 * synchronize_rcu(): waits for every read-side section that began before. A section with interrupts
 * off is one too (since v4.20). The grace period passes through one CPU after the other: each of its
 * sections comes either wholly before or wholly after.
 */
export function synchronizeRcu(): void {
  mightSleep('synchronize_rcu()');
  const { machine, cpu: here, rcuNesting } = current();
  if (rcuNesting > 0) {
    throw new Violation(MachineProperty.sleepInAtomic, 'synchronize_rcu() in a read-side section');
  }
  fence(Fence.full);
  smpCallFunctionMany(machine.allCpus);
  for (const cpu of machine.allCpus) {
    if (cpu === here && !cpu.isShared) continue;
    trace('wait for RCU readers');
    cpu.rcuReaders.awaitUpdate(noReaders, pass, Order.full);
    cpu.rcuReaders.write(0, Order.release);
  }
  fence(Fence.full);
}
