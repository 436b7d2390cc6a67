import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { forkSubsystem } from '@pagerace/fork';
import { type DataMode, EXT4, FileDisk, fsSubsystem } from '@pagerace/fs';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  ARCHITECTURE,
  type Architecture,
  auditReferences,
  FAULT_HANDLER,
  type FaultHandler,
  MEMORY,
  type Memory,
  Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { WRITEBACK, type Writeback, writebackSubsystem } from '@pagerace/writeback';
import {
  REPLACE_PINNED,
  type ReplacePinned,
  TRUNCATE,
  type Truncate,
  truncateSubsystem,
} from '../src/index.js';

export interface Options {
  readonly data?: DataMode;
  /** MAP_PRIVATE. */
  readonly isPrivate?: boolean;
  readonly pinned?: ReplacePinned;
}

/** A file of two pages on ext4, which a process has mapped. */
export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  readonly mm: Mm;
  readonly disk: FileDisk;
  readonly file: AddressSpace;
  readonly faultHandler: FaultHandler;
  readonly truncate: Truncate;
  readonly writeback: Writeback;
  /** The first page of the file. */
  page(): Page;
}

function compose({ data, isPrivate = false, pinned }: Options = {}): System {
  const { machine, wiring } = toySystem({ pages: 5 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  forkSubsystem(wiring);
  writebackSubsystem(wiring);
  fsSubsystem(wiring);
  truncateSubsystem(wiring);
  if (pinned !== undefined) wiring.overrideValue(REPLACE_PINNED, pinned);
  const memory = wiring.get(MEMORY);
  const disk = new FileDisk(machine, 'disk', 2);
  const file = new AddressSpace(memory, 'file', 2, wiring.get(EXT4).mount(disk, data));
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const vmFlags = VM_READ | VM_WRITE | (isPrivate ? 0 : VM_SHARED);
  mm.mmap({ start: 0, pages: 2, vmFlags, file });
  return {
    machine,
    memory,
    arch: wiring.get(ARCHITECTURE),
    user: wiring.get(USER_ACCESS),
    mm,
    disk,
    file,
    faultHandler: wiring.get(FAULT_HANDLER),
    truncate: wiring.get(TRUNCATE),
    writeback: wiring.get(WRITEBACK),
    page: () => file.pageAt(0)!,
  };
}

export const { explored, once } = exploring(sc, compose, ({ memory }) => {
  auditReferences(memory);
});
