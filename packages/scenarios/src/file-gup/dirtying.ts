import type { Program } from '@pagerace/explorer';
import { journalledNoBget, journalledPinned, journalledWritepages } from '@pagerace/fs';
import { GET_USER_PAGES, putUserPages, unpinDirtyBarrier } from '@pagerace/gup';
import {
  choiceParameter,
  defineScenario,
  type PropertyDefinition,
  type Scenario,
  type ScenarioContext,
} from '@pagerace/kernel';
import { complete, Completion, kernelFunction, waitForCompletion } from '@pagerace/machine';
import { type Page, setPageDirtyLock, withPteLocked } from '@pagerace/page-model';
import { fileProperties, FileJudge, judgePersistence } from './judge.js';
import { mkwriteIsAsked, mkwriteIsAskedByHolder, writtenPersists } from './properties.js';
import {
  ADDRESS,
  forWriting,
  INITIAL,
  reference,
  STORED,
  WritebackRace,
  WRITTEN,
} from './writeback-race.js';

type Context = ScenarioContext<{ readonly reference: 'get' | 'pin' }>;

const machine = { cpus: 2, pages: 3 };
const properties: readonly PropertyDefinition[] = [
  mkwriteIsAskedByHolder,
  writtenPersists,
  ...fileProperties,
];

/** @param lo what was written to the lower half last */
const HELD =
  'A process has stored to its page of a file, and a driver has got the page for writing; a device writes to it. ';
const lost = (because: string) =>
  ({ verdict: 'violated', properties: [writtenPersists.id], because }) as const;

export const fileGupNeverDirty: Scenario = defineScenario({
  id: 'file-gup-never-dirty',
  title: 'C3a: the driver does not make the page dirty',
  description: `${HELD}The page was written back before; the driver gives it back as it is.`,
  parameters: { reference },
  machine,
  properties: [writtenPersists, ...fileProperties],
  expected: [lost('the page counts as clean')],
  build(context: Context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdWrittenBack(flags));
    race.runDevice(page);
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.release(page, flags);
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.persists('lo', WRITTEN);
      judge.persists('hi', STORED);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupDirtyBefore: Scenario = defineScenario({
  id: 'file-gup-dirty-before',
  title: 'C3b: the driver makes the page dirty before the device writes to it, and not after',
  description: `${HELD}The driver has called set_page_dirty_lock() before, and gives the page back; the flusher comes at any time.`,
  parameters: { reference },
  machine,
  properties,
  expected: [lost('the flusher makes the page clean, and the disk has read it, before the DMA')],
  build(context: Context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => {
      const held = race.holdDirty(flags);
      setPageDirtyLock(held);
      return held;
    });
    race.runDevice(page);
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.release(page, flags);
    });
    race.runFlusher();
    return judgePersistence(context, race);
  },
});

export const fileGupDirtyAfter: Scenario = defineScenario({
  id: 'file-gup-dirty-after',
  title: 'C3c: the driver makes the page dirty after the device has written to it',
  description: `${HELD}Then the driver calls set_page_dirty_lock(), and gives the page back; the flusher comes at any time. The disk does not mind that the page changes while it is written: it is written again.`,
  parameters: { reference },
  machine,
  properties,
  expected: [{ verdict: 'verified', because: 'the page is dirty after the last DMA' }],
  build(context: Context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdDirty(flags));
    race.runDevice(page);
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.setDirtyAndRelease(page, flags);
    });
    race.runFlusher();
    return judgePersistence(context, race);
  },
});

export const fileGupCheckedAfterDma: Scenario = defineScenario({
  id: 'file-gup-checked-after-dma',
  title: 'C8: unpin_user_pages_dirty_lock() after DMA, against clear_page_dirty_for_io()',
  description:
    `${HELD}Then the driver calls unpin_user_pages_dirty_lock(), which leaves a page alone that is dirty already. The flusher ` +
    'comes at any time: it makes the page clean, and the disk reads it. Either the driver finds the page clean, or the disk ' +
    'reads what the device wrote.',
  parameters: {
    reference,
    dma: choiceParameter('who sees what the device wrote before its interrupt comes', [
      'all',
      'driver',
    ]),
  },

  machine,
  properties,
  expected: [{ verdict: 'verified', because: 'the driver looks after the interrupt' }],
  build(context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdDirty(flags));
    race.runDevice(page, { seenBy: parameters.dma });
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.releaseDirty(page, flags);
    });
    race.runFlusher();
    return judgePersistence(context, race);
  },
});

/** What writes to another process's pages by the CPU (mm/process_vm_access.c, v5.6). */
class ProcessVm {
  constructor(private readonly race: WritebackRace) {}

  /** process_vm_rw_pages() and unpin_user_pages_dirty_lock(), for half of a page. */
  @kernelFunction('mm/process_vm_access.c')
  processVmRwSingleVec(page: Page): void {
    // copy_page_from_iter(), through the kernel's mapping: ordinary stores.
    page.contents.writeHalf('lo', WRITTEN);
    this.race.releaseDirty(page, { pin: true });
  }
}

export const fileGupCheckedAfterCopy: Scenario = defineScenario({
  id: 'file-gup-checked-after-copy',
  title:
    'C9: unpin_user_pages_dirty_lock() after a copy by the CPU, against clear_page_dirty_for_io()',
  description:
    'A process has stored to its page of a file, and process_vm_writev() of another has pinned the page. It copies by the CPU, ' +
    'and calls unpin_user_pages_dirty_lock(), which looks whether the page is dirty. The flusher makes the page clean, ' +
    'and the disk reads it. That is store buffering: without a barrier each may miss the other.',
  machine,
  properties,
  expected: [
    { with: [unpinDirtyBarrier], verdict: 'verified', because: 'the copy is seen before the look' },
    {
      without: [putUserPages],
      verdict: 'verified',
      because: 'TestSetPageDirty() is fully ordered, also where it changes nothing',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context);
    const processVm = new ProcessVm(race);
    const page = machine.boot(() => race.holdDirty({ write: true, pin: true }));
    // The process whose page it is runs on CPU 0: the writer gets no interrupt that flushes its TLB.
    machine.cpu(1).run('writer', () => {
      processVm.processVmRwSingleVec(page);
    });
    race.runFlusher(0);
    return judgePersistence(context, race);
  },
});

export const fileGupTouch: Scenario = defineScenario({
  id: 'file-gup-touch',
  title: 'C10: FOLL_TOUCH of get_user_pages() against clear_page_dirty_for_io()',
  description:
    'get_user_pages() on CPU 0 makes a page dirty that it gives out for writing, if the page and its entry are clean: under ' +
    'the PTL, and without the page lock. The flusher on CPU 1 makes the page clean under the page lock, and its entry under ' +
    'the PTL. The driver gives the page back as it is.',
  parameters: {
    entry: choiceParameter(
      'the entry at the start: dirty, as a write fault leaves it, or writable and clean, as none does',
      ['dirty', 'clean'],
    ),
  },
  machine,
  properties: [mkwriteIsAsked, writtenPersists, ...fileProperties],
  expected: [
    { verdict: 'verified', because: 'what is writable is dirty: FOLL_TOUCH finds nothing to do' },
  ],
  build(context) {
    const { arch, get, machine, parameters } = context;
    const race = new WritebackRace(context);
    const gup = get(GET_USER_PAGES);
    machine.boot(() => {
      race.store();
      if (parameters.entry === 'dirty') return;
      race.fsync();
      withPteLocked(race.mm, ADDRESS, (ptep) => {
        arch.setPteAt(race.mm, ADDRESS, ptep, arch.pteMkwrite(arch.ptepGet(ptep)));
      });
    });
    machine.cpu(0).run('driver', () => {
      const [page] = gup.getUserPagesUnlocked(race.mm, ADDRESS, 1, { write: true });
      race.release(page!);
    });
    race.runFlusher();
    return judgePersistence(context, race, INITIAL);
  },
});

export const fileGupFsyncTwice: Scenario = defineScenario({
  id: 'file-gup-fsync-twice',
  title: 'C27: fsync() while a device has the page, and again after it was given back',
  description: `${HELD}Another thread calls fsync() at any time. The driver makes the page dirty after the DMA, gives it back, waits for that thread, and calls fsync() itself.`,
  parameters: { reference },
  machine,
  properties,
  expected: [{ verdict: 'verified', because: 'the page is dirty when the second fsync() comes' }],
  build(context: Context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdDirty(flags));
    const synced = new Completion('synced');
    race.runDevice(page);
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.setDirtyAndRelease(page, flags);
      waitForCompletion(synced);
      race.fsync();
    });
    machine.cpu(1).run('app', () => {
      race.fsync();
      complete(synced);
    });
    return judgePersistence(context, race);
  },
});

function buildJournal(context: ScenarioContext<unknown>, pin: boolean): Program {
  const { machine } = context;
  const race = new WritebackRace(context, { data: 'journal' });
  const page = machine.boot(() => race.holdWrittenBack({ write: true, pin }));
  race.runDevice(page);
  machine.cpu(0).run('driver', () => {
    race.awaitDevice();
    race.setDirtyAndRelease(page, { pin });
    race.fsync();
  });
  return judgePersistence(context, race);
}

const JOURNAL = `${HELD}The file system is mounted with data=journal, and the page was written back before. The driver makes the page dirty, gives it back, and calls fsync().`;

export const fileGupJournal: Scenario = defineScenario({
  id: 'file-gup-journal',
  title: 'C25: data=journal, and a page that was got by FOLL_GET',
  description: JOURNAL,
  machine,
  properties,
  expected: [
    {
      with: [journalledPinned],
      ...lost('ext4 marks the page for the journal only if it may be pinned'),
    },
    { without: [journalledPinned], verdict: 'verified', because: 'ext4 marks every page' },
  ],
  build: (context) => buildJournal(context, false),
});

export const fileGupJournalPin: Scenario = defineScenario({
  id: 'file-gup-journal-pin',
  title: 'C25p: data=journal, and a page that was got by FOLL_PIN',
  description: JOURNAL,
  machine,
  properties,
  expected: [{ verdict: 'verified', because: 'the page is pinned still when it becomes dirty' }],
  build: (context) => buildJournal(context, true),
});

export const fileGupJournalReclaim: Scenario = defineScenario({
  id: 'file-gup-journal-reclaim',
  title: 'C25r: data=journal, and reclaim while a page waits for its handle',
  description:
    'The file system is mounted with data=journal. A device has written to a page that was written back before; the driver has ' +
    'made it dirty, and given it back. fsync() on CPU 0 makes it clean, and unlocks it to get a handle; reclaim on CPU 1 may ' +
    'unmap it then, and free its buffers. Only a reference of get_user_pages() makes a page dirty whose buffers are in ' +
    'no transaction.',
  machine: { cpus: 2, pages: 3 },
  properties,
  expected: [
    {
      with: [journalledWritepages],
      verdict: 'verified',
      because: 'the handle is got before the page lock',
    },
    {
      with: [journalledNoBget],
      verdict: 'violated',
      properties: ['BUG_ON'],
      because:
        'nothing holds the buffers while the page is unlocked, and page_buffers() is asked for them',
    },
    { verdict: 'verified', because: 'bget_one() holds the buffers' },
  ],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context, { data: 'journal' });
    const pinned = { write: true, pin: true };
    machine.boot(() => {
      const page = race.holdWrittenBack(pinned);
      page.contents.writeHalf('lo', WRITTEN);
      race.setDirtyAndRelease(page, pinned);
    });
    machine.cpu(0).run('app', () => {
      race.fsync();
    });
    machine.cpu(1).run('kswapd', () => {
      race.reclaim();
    });
    return judgePersistence(context, race);
  },
});
