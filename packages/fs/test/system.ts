import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import type { Machine } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  ARCHITECTURE,
  type Architecture,
  auditReferences,
  lruAddDrain,
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
import { MIGRATE, type Migrate, migrateSubsystem } from '@pagerace/migrate';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { VMSCAN, type Vmscan, vmscanSubsystem } from '@pagerace/vmscan';
import { WRITEBACK, type Writeback, writebackSubsystem } from '@pagerace/writeback';
import {
  type DataMode,
  EXT4,
  FileDisk,
  fsSubsystem,
  JOURNALLED_WRITEPAGE,
  type JournalledWritepage,
  WRITEBACK_OF_PINNED,
  type WritebackOfPinned,
  WRITEPAGE_WITHOUT_BUFFERS,
  type WritepageWithoutBuffers,
} from '../src/index.js';

export interface Options {
  readonly data?: DataMode;
  readonly stable?: boolean;
  readonly synchronous?: boolean;
  readonly journalled?: JournalledWritepage;
  readonly withoutBuffers?: WritepageWithoutBuffers;
  readonly pinned?: WritebackOfPinned;
}

/** A file of one page that a process has mapped, shared, at 0. */
export interface System {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly user: UserAccess;
  readonly mm: Mm;
  readonly disk: FileDisk;
  readonly file: AddressSpace;
  readonly writeback: Writeback;
  readonly vmscan: Vmscan;
  readonly migrate: Migrate;
  /** The page of the file. */
  page(): Page;
}

function compose({
  data,
  stable,
  synchronous,
  journalled,
  withoutBuffers,
  pinned,
}: Options = {}): System {
  const { machine, wiring } = toySystem({ pages: 3 });
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  writebackSubsystem(wiring);
  fsSubsystem(wiring);
  vmscanSubsystem(wiring);
  migrateSubsystem(wiring);
  if (withoutBuffers !== undefined) wiring.overrideValue(WRITEPAGE_WITHOUT_BUFFERS, withoutBuffers);
  if (journalled !== undefined) wiring.overrideValue(JOURNALLED_WRITEPAGE, journalled);
  if (pinned !== undefined) wiring.overrideValue(WRITEBACK_OF_PINNED, pinned);
  const memory = wiring.get(MEMORY);
  const disk = new FileDisk(machine, 'disk', 1, stable, synchronous);
  const file = new AddressSpace(memory, 'file', 1, wiring.get(EXT4).mount(disk, data));
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  return {
    machine,
    memory,
    arch: wiring.get(ARCHITECTURE),
    user: wiring.get(USER_ACCESS),
    mm,
    disk,
    file,
    writeback: wiring.get(WRITEBACK),
    vmscan: wiring.get(VMSCAN),
    migrate: wiring.get(MIGRATE),
    page: () => file.pageAt(0)!,
  };
}

export const { explored, once } = exploring(sc, compose, ({ memory }) => {
  auditReferences(memory);
});

/** Reclaim, until the page is gone or stays: the first time it only looks at the accessed bits. */
export function reclaim({ memory, vmscan }: System): void {
  lruAddDrain(memory);
  for (let times = 0; times < 2; times++) vmscan.shrinkInactiveList('inactive_file');
}
