import { cowSubsystem } from '@pagerace/cow';
import { faultSubsystem } from '@pagerace/fault';
import { defineKernelFunction, MachineProperty } from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  type FileSystem,
  lockPage,
  MEMORY,
  Mm,
  PageDirty,
  setPageDirtyNoWriteback,
  USER_ACCESS,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { exploring, toySystem } from '@pagerace/page-model/testing';
import { rmapSubsystem } from '@pagerace/rmap';
import { shmem } from '@pagerace/shmem';
import { swapSubsystem } from '@pagerace/swap';
import { describe, expect, test } from 'vitest';
import { DIRTY_RULE, type DirtyRule, GET_USER_PAGES, gupSubsystem } from '../src/index.js';
import { AskBeforeDirty, SetAlways, SetIfClean } from '../src/dirty-rule.js';

const flags = { write: true };

/** A page of a file whose file system counts what it is asked; the page is clean, and a driver has it. */
const { explored, once } = exploring(sc, (rule?: DirtyRule) => {
  const asked: string[] = [];
  const fileSystem: FileSystem = {
    ...shmem,
    aOps: {
      setPageDirty: (page) => {
        asked.push('dirty');
        return setPageDirtyNoWriteback(page);
      },
    },
    vmOps: {
      ...shmem.vmOps,
      pageMkwrite: defineKernelFunction('test.c', 'page_mkwrite', (_vmf, page) => {
        asked.push('mkwrite');
        lockPage(page);
        return 'VM_FAULT_LOCKED';
      }),
    },
  };
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  wiring.overrideValue(DIRTY_RULE, rule!);
  const mm = new Mm(wiring.get(MEMORY), 'mm', [machine.cpu(0)]);
  const file = new AddressSpace(wiring.get(MEMORY), 'file', 1, fileSystem);
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  const gup = wiring.get(GET_USER_PAGES);
  const page = machine.boot(() => {
    wiring.get(USER_ACCESS).userWrite(mm, 0, 7);
    const [got] = gup.getUserPagesFast(mm, 0, 1, flags);
    got!.flags.bit('dirty').write(0);
    asked.length = 0;
    return got!;
  });
  return { machine, page, gup, asked };
});

describe.each<[string, DirtyRule, readonly string[], readonly string[]]>([
  ['set_page_dirty_lock()', new SetAlways(), ['dirty'], ['dirty']],
  ['unpin_user_pages_dirty_lock()', new SetIfClean(), ['dirty'], []],
  ['page_mkwrite() first', new AskBeforeDirty(), ['mkwrite', 'dirty'], ['mkwrite', 'dirty']],
])('%s', (_, rule, ofClean, ofDirty) => {
  test.each([
    ['clean', false, ofClean],
    ['dirty', true, ofDirty],
  ] as const)('of a page that is %s', (_state, isDirty, expected) => {
    const seen = once(
      ({ asked, gup, page }) => {
        if (isDirty) page.flags.bit('dirty').write(1);
        gup.releaseDirty(page, flags);
        return [PageDirty(page), ...asked];
      },
      undefined,
      rule,
    );
    expect(seen).toEqual([true, ...expected]);
  });
});

test.each([
  ['at once', new SetAlways()],
  ['after page_mkwrite()', new AskBeforeDirty()],
] as const)('an interrupt must not make a page dirty %s: both sleep', (_, rule) => {
  const { violations } = explored(({ gup, machine, page }) => {
    machine.agent('device').run(() => {
      gup.releaseDirty(page, flags);
    });
    return undefined;
  }, rule);
  expect(violations[0]?.property).toBe(MachineProperty.sleepInAtomic);
});
