import { Violation } from '@pagerace/explorer';

/** Properties that hold in every scenario; the machine checks them always. */
export const MachineProperty = {
  bugOn: 'BUG_ON',
  vmBugOn: 'VM_BUG_ON',
  warnOn: 'WARN_ON',
  useAfterFree: 'use-after-free',
  doubleFree: 'double-free',
  refcount: 'refcount',
  leak: 'leak',
  lockOrder: 'lock-order',
  lockRecursion: 'lock-recursion',
  lockNotHeld: 'lock-not-held',
  ptlOwner: 'I5-PtlOwner',
  sleepInAtomic: 'sleep-in-atomic',
  interruptsOff: 'interrupts-off',
} as const;
export type MachineProperty = (typeof MachineProperty)[keyof typeof MachineProperty];

/** BUG_ON(): what the kernel would stop the machine for. */
export function BUG_ON(condition: boolean, message: string): void {
  if (condition) throw new Violation(MachineProperty.bugOn, message);
}

/** VM_BUG_ON(): checked by kernels built with CONFIG_DEBUG_VM. */
export function VM_BUG_ON(condition: boolean, message: string): void {
  if (condition) throw new Violation(MachineProperty.vmBugOn, message);
}

/** WARN_ON(): what the kernel calls a bug and survives; to the model it is a violation. */
export function WARN_ON(condition: boolean, message: string): void {
  if (condition) throw new Violation(MachineProperty.warnOn, message);
}
