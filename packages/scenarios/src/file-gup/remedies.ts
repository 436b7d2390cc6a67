import { bouncePinnedEarly } from '@pagerace/fs';
import { GET_USER_PAGES } from '@pagerace/gup';
import type { Program } from '@pagerace/explorer';
import {
  choiceParameter,
  defineScenario,
  type Scenario,
  type ScenarioContext,
} from '@pagerace/kernel';
import { MachineProperty } from '@pagerace/machine';
import { type Page, PageWriteback } from '@pagerace/page-model';
import { replaceRefusesPinned, replaceWaitsForPinned, TRUNCATE } from '@pagerace/truncate';
import { fileProperties, FileJudge } from './judge.js';
import {
  filePageIsHeld,
  mkwriteIsAskedByHolder,
  notGivenOutUnderWriteback,
  stableWhileWritten,
  writtenPersists,
} from './properties.js';
import { ADDRESS, STORED, WritebackRace, WRITTEN } from './writeback-race.js';

const machine = { cpus: 2, pages: 3 };
const pinned = { write: true, pin: true };

export const fileGupBounceOrder: Scenario = defineScenario({
  id: 'file-gup-bounce-order',
  title: 'C11b: the process stores to a pinned page of which writeback makes a copy',
  description:
    'A driver has pinned a page of a file, which is mapped writable and dirty, and leaves it alone. The process stores to it on CPU 0, ' +
    'while the flusher on CPU 1 writes it to a disk that needs it unchanged: with the patch bounce-pinned from a copy that it ' +
    'makes when the page is clean and read-only, with bounce-pinned-early from one that it made before.',
  machine,
  properties: [stableWhileWritten, writtenPersists, filePageIsHeld, ...fileProperties],
  expected: [
    {
      with: [bouncePinnedEarly],
      verdict: 'violated',
      properties: [writtenPersists.id],
      because: 'a store behind the copy and before page_mkclean() is on no page that is dirty',
    },
    { verdict: 'verified', because: 'who stores behind page_mkclean() makes the page dirty' },
  ],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context, { stable: true });
    const page = machine.boot(() => race.holdDirty(pinned));
    machine.cpu(0).run('app', () => {
      race.store('lo', WRITTEN);
    });
    race.runFlusher();
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.held(page, true);
      judge.persists('lo', WRITTEN);
      judge.persists('hi', STORED);
      judge.state();
      judge.conclude();
    });
  },
});

const UNDER_WRITEBACK =
  'A page of a file is mapped writable and dirty, and the flusher writes it on CPU 1. A driver on CPU 0 gets the page for ' +
  'writing at any time, by GUP-fast or else by a fault, and writes to it. ';
const underWriteback = [
  notGivenOutUnderWriteback,
  mkwriteIsAskedByHolder,
  writtenPersists,
  ...fileProperties,
];

function buildUnderWriteback(context: ScenarioContext<unknown>, stable: boolean): Program {
  const { machine } = context;
  const race = new WritebackRace(context, { stable });
  machine.boot(() => {
    race.store();
  });
  machine.cpu(0).run('driver', () => {
    const page = race.hold(pinned);
    const during = PageWriteback(page);
    page.contents.writeHalf('lo', WRITTEN);
    race.setDirtyAndRelease(page, pinned);
    return during;
  });
  race.runFlusher();
  return machine.program(({ driver }) => {
    const judge = new FileJudge(context, race);
    judge.notUnderWriteback(driver as boolean);
    judge.asked();
    judge.persists('lo', WRITTEN);
    judge.persists('hi', STORED);
    judge.state();
    judge.conclude();
  });
}

export const fileGupUnderWriteback: Scenario = defineScenario({
  id: 'file-gup-under-writeback',
  title: 'C12: a driver asks for a page of a file that is being written back, or about to be',
  description:
    `${UNDER_WRITEBACK}The disk needs the page unchanged. With the patch gup-not-under-writeback GUP gives out no page ` +
    'that is under writeback when it looks; what it gave out before is written to all the same.',
  machine,
  properties: [stableWhileWritten, ...underWriteback],
  expected: [
    {
      verdict: 'violated',
      properties: [stableWhileWritten.id],
      because:
        'GUP comes before PG_writeback is set, and the write after it; with the patch as well',
    },
  ],
  build: (context) => buildUnderWriteback(context, true),
});

export const fileGupUnderWritebackUnstable: Scenario = defineScenario({
  id: 'file-gup-under-writeback-unstable',
  title: 'C12n: the same, and the disk does not mind',
  description: `${UNDER_WRITEBACK}The disk does not need the page unchanged, so that a write fault does not wait for it.`,
  machine,
  properties: underWriteback,
  expected: [{ verdict: 'verified', because: 'the page is dirty after the last write' }],
  build: (context) => buildUnderWriteback(context, false),
});

export const fileGupAskedInInterrupt: Scenario = defineScenario({
  id: 'file-gup-dirty-in-interrupt',
  title: 'C14: an interrupt makes a page of a file dirty',
  description:
    'A driver has got a page of a file, which was written back. The interrupt of the device calls set_page_dirty_lock() itself, ' +
    'and gives the page back. The page lock may sleep, and so may page_mkwrite(), where the driver asks it first: ' +
    'both have to be left to a thread, as bio_dirty_work is.',
  machine,
  properties: fileProperties,
  expected: [
    {
      verdict: 'violated',
      properties: [MachineProperty.sleepInAtomic],
      because: 'the page lock, or the invalidate_lock of page_mkwrite(), may sleep',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context);
    const page = machine.boot(() => race.holdWrittenBack(pinned));
    machine.agent('device').run(() => {
      page.contents.writeHalf('lo', WRITTEN);
      race.setDirtyAndRelease(page, pinned);
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupPinAgainstWriteback: Scenario = defineScenario({
  id: 'file-gup-pin-against-writeback',
  title: 'C33: GUP-fast pins a page while writeback looks whether it is pinned',
  description:
    'A page of a file is mapped writable and dirty. GUP-fast on CPU 0 pins it and looks at the entry again; the driver writes to it, ' +
    'makes it dirty and gives it back. On CPU 1 the flusher makes the entry read-only, and then looks for pins: with the patches ' +
    'bounce-pinned, skip-pinned or keep-pinned-dirty. The disk needs the page unchanged.',
  machine,
  properties: [stableWhileWritten, mkwriteIsAskedByHolder, writtenPersists, ...fileProperties],
  build(context) {
    const { get, machine } = context;
    const race = new WritebackRace(context, { stable: true });
    const gup = get(GET_USER_PAGES);
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('driver', () => {
      const [page] = gup.getUserPagesFast(race.mm, ADDRESS, 1, { ...pinned, fastOnly: true });
      if (page === undefined) return false;
      page.contents.writeHalf('lo', WRITTEN);
      race.setDirtyAndRelease(page, pinned);
      return true;
    });
    race.runFlusher();
    return machine.program(({ driver }) => {
      const judge = new FileJudge(context, race);
      judge.asked();
      if (driver === true) judge.persists('lo', WRITTEN);
      judge.persists('hi', STORED);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupPinAgainstReplacement: Scenario = defineScenario({
  id: 'file-gup-pin-against-replacement',
  title: 'C36: GUP-fast pins a page of a file while the page is taken out of it',
  description:
    'A page of a file is mapped writable and dirty. GUP-fast on CPU 0 pins it, looks at the entry again, and keeps it. On CPU 1 ' +
    'a hole is punched where the page is: it is unmapped, and leaves the file. With the patches replace-refuses-pinned and ' +
    'replace-waits-for-pinned what takes the page looks for pins in between.',
  parameters: {
    until: choiceParameter('how long the driver has the page', ['the end', 'it gives it back']),
  },
  machine,
  properties: [filePageIsHeld, ...fileProperties],
  expected: [
    {
      with: [replaceRefusesPinned],
      verdict: 'verified',
      because: 'the page is unmapped before anybody looks for pins, and stays where there is one',
    },
    {
      without: [replaceRefusesPinned, replaceWaitsForPinned],
      verdict: 'violated',
      properties: [filePageIsHeld.id],
      because: 'nobody asks whether a page is pinned; all releases',
    },
  ],
  build(context) {
    const { get, machine, parameters } = context;
    const race = new WritebackRace(context);
    const gup = get(GET_USER_PAGES);
    const truncate = get(TRUNCATE);
    const isKept = parameters.until === 'the end';
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('driver', () => {
      const [page] = gup.getUserPagesFast(race.mm, ADDRESS, 1, { ...pinned, fastOnly: true });
      if (page === undefined || isKept) return { page, has: page };
      page.contents.writeHalf('lo', WRITTEN);
      const has = race.file.pageAt(0);
      race.setDirtyAndRelease(page, pinned);
      return { page, has };
    });
    machine.cpu(1).run('fallocate', () => {
      truncate.vfsFallocate(race.file, 0, 1);
    });
    return machine.program(({ driver }) => {
      const judge = new FileJudge(context, race);
      const { page, has } = driver as { page: Page | undefined; has: Page | null };
      if (page !== undefined) {
        if (isKept) judge.held(page, true);
        else judge.wasHeld(page, has);
      }
      judge.state();
      judge.conclude();
    });
  },
});
