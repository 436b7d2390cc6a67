import { cowSubsystem } from '@pagerace/cow';
import { assert } from '@pagerace/explorer';
import { faultSubsystem } from '@pagerace/fault';
import { sc } from '@pagerace/memory-models';
import {
  AddressSpace,
  endPageWriteback,
  lockPage,
  MEMORY,
  Mm,
  type Page,
  PageWriteback,
  setPageWriteback,
  unlockPage,
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
import {
  FaultUnderWriteback,
  FaultWithoutWait,
  GET_USER_PAGES,
  GUP_AND_WRITEBACK,
  type GupAndWriteback,
  gupSubsystem,
} from '../src/index.js';
import { IgnoreWriteback } from '../src/gup-and-writeback.js';

const write = { write: true };

/** A page of a file that is under writeback, mapped writable. */
const { explored } = exploring(sc, (rule?: GupAndWriteback) => {
  const { machine, wiring } = toySystem();
  swapSubsystem(wiring);
  rmapSubsystem(wiring);
  cowSubsystem(wiring);
  faultSubsystem(wiring);
  gupSubsystem(wiring);
  wiring.overrideValue(GUP_AND_WRITEBACK, rule!);
  const memory = wiring.get(MEMORY);
  const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
  const file = new AddressSpace(memory, 'file', 1, shmem);
  mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
  const user = wiring.get(USER_ACCESS);
  const page = machine.boot(() => {
    user.userWrite(mm, 0, 7);
    const mapped = file.pageAt(0)!;
    lockPage(mapped);
    setPageWriteback(mapped);
    unlockPage(mapped);
    return mapped;
  });
  return { machine, mm, page, gup: wiring.get(GET_USER_PAGES) };
});

/** Whether the page may be under writeback still when it is given out. */
function givenOut(rule: GupAndWriteback, flags: { write?: boolean } = write): readonly boolean[] {
  const seen = new Set<boolean>();
  const { verdict } = explored(({ machine, mm, page, gup }) => {
    machine.agent('disk').run(() => {
      endPageWriteback(page);
    });
    machine.cpu(0).run('gup', () => {
      const [got] = gup.getUserPagesFast(mm, 0, 1, flags) as [Page];
      const during = PageWriteback(got);
      gup.release(got, flags);
      return during;
    });
    return ({ gup: during }) => {
      assert(typeof during === 'boolean', 'GUP has given the page out');
      seen.add(during);
    };
  }, rule);
  expect(verdict).toBe('verified');
  return [...seen].sort();
}

describe('a page that is under writeback, for writing,', () => {
  test('is given out by every release', () => {
    expect(givenOut(new IgnoreWriteback())).toEqual([false, true]);
  });

  test('is given out when it is written', () => {
    expect(givenOut(new FaultUnderWriteback())).toEqual([false]);
  });

  test('is given out after all where the fault does not wait', () => {
    expect(givenOut(new FaultWithoutWait())).toEqual([false, true]);
  });

  test('is none of the matter for reading', () => {
    expect(givenOut(new FaultUnderWriteback(), {})).toEqual([false, true]);
  });
});
