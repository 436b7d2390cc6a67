import { MachineProperty } from '@pagerace/machine';
import type { PropertyDefinition } from './property.js';

/** What the machine demands of all code that runs on it. */
const ofTheMachine: Readonly<Record<MachineProperty, string>> = {
  [MachineProperty.bugOn]: 'no BUG_ON() of the kernel fires',
  [MachineProperty.vmBugOn]: 'no VM_BUG_ON() fires, as a kernel with CONFIG_DEBUG_VM has them',
  [MachineProperty.warnOn]: 'no WARN_ON() fires',
  [MachineProperty.useAfterFree]: 'nothing reads or writes what is free or was never written',
  [MachineProperty.doubleFree]:
    'only what is allocated is freed, and only what is free is allocated',
  [MachineProperty.refcount]: 'a reference is taken and dropped only while one is held',
  [MachineProperty.leak]: 'every reference and every page is given back in the end',
  [MachineProperty.lockOrder]: 'locks are taken in one order, as lockdep demands',
  [MachineProperty.lockRecursion]: 'no task takes a lock that it holds',
  [MachineProperty.lockNotHeld]:
    'a task unlocks only what it has locked, and holds the locks that a function asserts',
  [MachineProperty.ptlOwner]:
    'the lock of a page table is neither taken nor held once the page table is freed',
  [MachineProperty.sleepInAtomic]: 'nothing sleeps in an atomic context',
  [MachineProperty.interruptsOff]: 'interrupts are restored only where they were switched off',
};

/**
 * The properties that hold in every scenario, whatever its own are: a verdict can name each of them. The
 * explorer, the machine and the objects of the kernel check them where they can be violated.
 */
export const standingProperties: readonly PropertyDefinition[] = [
  { id: 'deadlock', statement: 'no thread waits for what never happens' },
  {
    id: 'data-race',
    statement: 'two unordered accesses of one cell, one of them a write, are both marked',
  },
  { id: 'exception', statement: 'no thread ends by an exception' },
  { id: 'assertion', statement: 'what a program asserts with assert() is so' },
  ...Object.entries(ofTheMachine).map(([id, statement]) => ({ id, statement })),
  {
    id: 'bad-page',
    statement:
      'a page is freed without mappings and with none of the flags that free_pages_prepare() checks',
  },
  {
    id: 'page-table-conservation',
    statement: 'a page table in use is linked in or deposited in one place, and nr_ptes counts it',
  },
  { id: 'SIGSEGV', statement: 'a process accesses only what it has mapped' },
  {
    id: 'SIGBUS',
    statement: 'a process accesses only the part of a mapped file that the file has',
  },
  { id: 'EFAULT', statement: 'get_user_pages() is asked only for what is mapped' },
];
