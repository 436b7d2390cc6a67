import { ext4NoBug } from '@pagerace/fs';
import { GET_USER_PAGES } from '@pagerace/gup';
import { defineScenario, type Scenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import {
  grabHeadThenPin,
  type Page,
  PageDirty,
  PageUptodate,
  setPageDirtyLock,
} from '@pagerace/page-model';
import { anonExclusiveBarriers } from '@pagerace/rmap';
import { keepPinned } from '@pagerace/vmscan';
import { fileProperties, FileJudge, judgePersistence } from './judge.js';
import {
  deviceWriteIsSeen,
  dirtyHasBuffers,
  filePageIsHeld,
  mkwriteIsAsked,
  mkwriteIsAskedByHolder,
  stableWhileWritten,
  writtenPersists,
} from './properties.js';
import {
  ADDRESS,
  forWriting,
  INITIAL,
  reference,
  STORED,
  WritebackRace,
  WRITTEN,
} from './writeback-race.js';

const machine = { cpus: 2, pages: 6 };

export const fileGupLongTerm: Scenario = defineScenario({
  id: 'file-gup-long-term',
  title: 'C6: a page is held over two writebacks, to a disk that needs it unchanged',
  description:
    'A process has stored to its page of a file, a driver has got the page for writing, and the page was written back. The process ' +
    'stores again and calls fsync(), and reclaim passes over the page; the device writes to it at any time. Then the driver ' +
    'makes it dirty, gives it back, and calls fsync().',
  parameters: { reference },
  machine,
  properties: [stableWhileWritten, mkwriteIsAskedByHolder, writtenPersists, ...fileProperties],
  expected: [
    {
      without: [ext4NoBug],
      verdict: 'violated',
      properties: ['BUG_ON', stableWhileWritten.id],
      because: 'as C1 and C2: the longer a page is held, the more comes in between',
    },
    {
      with: [ext4NoBug],
      verdict: 'violated',
      properties: [
        dirtyHasBuffers.id,
        `${dirtyHasBuffers.id} & ${writtenPersists.id}`,
        stableWhileWritten.id,
      ],
      because: 'as C1 and C2; only what has landed before the second writeback is kept',
    },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context, { stable: true });
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdWrittenBack(flags));
    race.runDevice(page);
    machine.cpu(0).run('app', () => {
      race.store('hi', WRITTEN);
      race.fsync();
      race.age();
      race.reclaim();
      race.awaitDevice();
      race.setDirtyAndRelease(page, flags);
      race.fsync();
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.asked();
      judge.persists('lo', WRITTEN);
      judge.persists('hi', WRITTEN);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupUnmapped: Scenario = defineScenario({
  id: 'file-gup-unmapped',
  title: 'C17: reclaim unmaps a page that a device has, and the process comes back to it',
  description:
    'A driver has a page of a file for writing, which was written back. Reclaim on CPU 1 unmaps it and frees its buffers; ' +
    'page_ref_freeze() finds the reference, and the page stays in the page cache. The device writes, and the process loads.',
  parameters: { reference },
  machine,
  properties: [deviceWriteIsSeen, filePageIsHeld, ...fileProperties],
  expected: [
    { verdict: 'verified', because: 'page_ref_freeze() fails where there is a reference' },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdWrittenBack(flags));
    race.runDevice(page);
    machine.cpu(0).run('app', () => {
      race.awaitDevice();
      return race.load('lo');
    });
    machine.cpu(1).run('kswapd', () => {
      race.reclaim();
    });
    return machine.program(({ app }) => {
      const judge = new FileJudge(context, race);
      judge.loaded(app as string, WRITTEN);
      judge.held(page, flags.pin);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupPinAgainstReclaim: Scenario = defineScenario({
  id: 'file-gup-pin-against-reclaim',
  title: 'C18r: GUP-fast pins a page while it is written back and reclaimed',
  description:
    'A page of a file is mapped writable and dirty. GUP-fast on CPU 0 takes a reference, makes a pin of it, and looks at the ' +
    'entry again. On CPU 1 the page is written to a disk in memory, which clears the entry and makes it read-only; reclaim then unmaps the ' +
    'page, and looks for pins before it frees the buffers. Then the driver calls set_page_dirty_lock(), and keeps the page.',
  machine,
  properties: [mkwriteIsAskedByHolder, filePageIsHeld, ...fileProperties],
  expected: [
    {
      without: [keepPinned],
      verdict: 'violated',
      properties: [dirtyHasBuffers.id],
      because: 'reclaim does not look for pins',
    },
    {
      with: [keepPinned, anonExclusiveBarriers],
      verdict: 'verified',
      because: 'the pin comes before the second look, and the unmapping before the look for pins',
    },
    {
      with: [keepPinned],
      without: [grabHeadThenPin],
      verdict: 'verified',
      because: 'the increment that brings the pin is a full barrier before the second look',
    },
    {
      with: [keepPinned],
      architectures: ['arm64', 'powerpc-radix', 'powerpc-hash', 'riscv'],
      verdict: 'violated',
      properties: [dirtyHasBuffers.id],
      because: 'the second look may come before the bias of the pin',
    },
    {
      with: [keepPinned],
      architectures: ['x86', 'x86-ipi', 'x86-kvm', 'x86-broadcast'],
      verdict: 'verified',
      because: 'every atomic is a locked instruction',
    },
  ],
  build(context) {
    const { get, machine } = context;
    const race = new WritebackRace(context, { synchronous: true });
    const gup = get(GET_USER_PAGES);
    machine.boot(() => {
      race.store();
      race.age();
    });
    const reclaimed = new Completion('reclaimed');
    machine.cpu(0).run('driver', () => {
      const flags = { write: true, pin: true, fastOnly: true };
      const [page] = gup.getUserPagesFast(race.mm, ADDRESS, 1, flags);
      waitForCompletion(reclaimed);
      if (page !== undefined) setPageDirtyLock(page);
      return page;
    });
    machine.cpu(1).run('kswapd', () => {
      race.fsync();
      race.reclaim();
      complete(reclaimed);
    });
    return machine.program(({ driver }) => {
      const judge = new FileJudge(context, race);
      const page = driver as Page | undefined;
      if (page !== undefined) judge.held(page, true);
      judge.asked();
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupAgainstMkclean: Scenario = defineScenario({
  id: 'file-gup-against-mkclean',
  title: 'C32: GUP-fast against page_mkclean()',
  description:
    'A page of a file is mapped writable and dirty. GUP-fast on CPU 0 takes a reference and looks at the entry again; ' +
    'page_mkclean() on CPU 1 clears the entry, and puts it back read-only. Either GUP-fast backs off, or its reference ' +
    'was there before. Writeback reads no count, so that no barrier is needed.',
  parameters: { reference },
  machine,
  properties: [writtenPersists, filePageIsHeld, ...fileProperties],
  expected: [{ verdict: 'verified', because: 'writeback does not ask who has the page' }],
  build(context) {
    const { get, machine, parameters } = context;
    const race = new WritebackRace(context);
    const gup = get(GET_USER_PAGES);
    const flags = { ...forWriting(parameters.reference), fastOnly: true };
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('driver', () => gup.getUserPagesFast(race.mm, ADDRESS, 1, flags)[0]);
    race.runFlusher();
    return machine.program(({ driver }) => {
      const judge = new FileJudge(context, race);
      const page = driver as Page | undefined;
      if (page !== undefined) judge.held(page, flags.pin);
      judge.persists('lo', INITIAL);
      judge.persists('hi', STORED);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupFlagsOnly: Scenario = defineScenario({
  id: 'file-gup-flags-only',
  title: 'C34: a reference of FOLL_GET, to look at struct page only',
  description:
    'A page of a file is mapped. CPU 0 gets it by FOLL_GET, reads its flags, and puts it. On CPU 1 the page is written back to ' +
    'a disk that needs it unchanged. Nothing may break.',
  machine,
  properties: [mkwriteIsAsked, stableWhileWritten, writtenPersists, ...fileProperties],
  expected: [{ verdict: 'verified', because: 'nobody touches the contents' }],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context, { stable: true });
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('driver', () => {
      const page = race.hold({});
      PageDirty(page);
      PageUptodate(page);
      race.release(page);
    });
    race.runFlusher();
    return judgePersistence(context, race, INITIAL);
  },
});
