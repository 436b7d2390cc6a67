import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { forkSubsystem } from '@pagerace/fork';
import { GET_USER_PAGES, type GetUserPages, gupSubsystem } from '@pagerace/gup';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  auditReferences,
  MEMORY,
  type Memory,
  Mm,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { TRUNCATE, type Truncate, truncateSubsystem } from '@pagerace/truncate';
import { BREAK_LAYOUTS, DAX, daxSubsystem, Pmem, WaitForReferences } from '../src/index.js';

export interface Options {
  /** As to v4.18. */
  readonly takesAtOnce?: boolean;
}

/** Two files of one page each on a device with one block; a process has both mapped. */
export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly user: UserAccess;
  readonly gup: GetUserPages;
  readonly truncate: Truncate;
  readonly mm: Mm;
  readonly file: AddressSpace;
  readonly other: AddressSpace;
  /** Where the other file is mapped. */
  readonly otherAddress: number;
}

function compose({ takesAtOnce = false }: Options = {}): System {
  const { machine, wiring } = toySystem({ pages: 1, devicePages: 1 });
  for (const subsystem of [
    swapSubsystem,
    rmapSubsystem,
    cowSubsystem,
    faultSubsystem,
    gupSubsystem,
    forkSubsystem,
    truncateSubsystem,
    daxSubsystem,
  ])
    subsystem(wiring);
  if (!takesAtOnce) wiring.override(BREAK_LAYOUTS, WaitForReferences);
  const memory = wiring.get(MEMORY);
  const dax = wiring.get(DAX);
  const pmem = new Pmem(memory);
  const file = new AddressSpace(memory, 'file', 1, dax.mount(pmem, 1, 'file'));
  const other = new AddressSpace(memory, 'other', 1, dax.mount(pmem, 1, 'other'));
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const vmFlags = VM_READ | VM_WRITE | VM_SHARED;
  const otherAddress = 4 * memory.pageSize;
  mm.mmap({ start: 0, pages: 1, vmFlags, file });
  mm.mmap({ start: otherAddress, pages: 1, vmFlags, file: other });
  return {
    machine,
    memory,
    user: wiring.get(USER_ACCESS),
    gup: wiring.get(GET_USER_PAGES),
    truncate: wiring.get(TRUNCATE),
    mm,
    file,
    other,
    otherAddress,
  };
}

export const { explored, once } = exploring(sc, compose, ({ memory }) => auditReferences(memory));
