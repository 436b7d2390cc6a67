import { bioPinPages, BlockDevice, DIRECT_IO } from '@pagerace/block';
import type { Program } from '@pagerace/explorer';
import { type DataMode, ext4NoBug, journalledPinned } from '@pagerace/fs';
import { defineScenario, type Scenario, type ScenarioContext } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { keepPinned } from '@pagerace/vmscan';
import { fileProperties, FileJudge } from './judge.js';
import { dirtyHasBuffers, mkwriteIsAskedByHolder, writtenPersists } from './properties.js';
import { ADDRESS, STORED, WritebackRace, WRITTEN } from './writeback-race.js';

interface Variant {
  readonly data: DataMode;
  readonly pin: boolean;
}

const DESCRIPTION =
  'A process has stored to its page of a file on ext4, a driver has got the page for writing, and the page was written ' +
  'back: it is clean, and mapped read-only. Reclaim on CPU 1 unmaps it and frees its buffers; the reference keeps the page ' +
  'in the page cache. The device writes to it, and the driver calls set_page_dirty_lock(), gives the page back, and calls ' +
  'fsync() once reclaim is done.';

const machine = { cpus: 2, pages: 3 };
const properties = [mkwriteIsAskedByHolder, writtenPersists, ...fileProperties];

function build(context: ScenarioContext<unknown>, { data, pin }: Variant): Program {
  const { machine } = context;
  const race = new WritebackRace(context, { data });
  const page = machine.boot(() => race.holdWrittenBack({ write: true, pin }));
  const reclaimed = new Completion('reclaimed');
  race.runDevice(page);
  machine.cpu(0).run('driver', () => {
    race.awaitDevice();
    race.setDirtyAndRelease(page, { pin });
    waitForCompletion(reclaimed);
    race.fsync();
  });
  machine.cpu(1).run('kswapd', () => {
    race.reclaim();
    complete(reclaimed);
  });
  return machine.program(() => {
    const judge = new FileJudge(context, race);
    judge.asked();
    judge.persists('lo', WRITTEN);
    judge.persists('hi', STORED);
    judge.state();
    judge.conclude();
  });
}

const dropped = [`${dirtyHasBuffers.id} & ${writtenPersists.id}`];
const bug = {
  without: [ext4NoBug],
  verdict: 'violated',
  properties: ['BUG_ON'],
  because: 'ext4 takes it that a dirty page has buffers',
} as const;
const loss = {
  with: [ext4NoBug],
  verdict: 'violated',
  properties: dropped,
  because: 'ext4 warns, and makes the page clean: what the device wrote is dropped',
} as const;
const kept = {
  with: [keepPinned],
  verdict: 'verified',
  because: 'shrink_folio_list() goes no further with an unmapped page that may be pinned',
} as const;

export const fileGupBuffers: Scenario = defineScenario({
  id: 'file-gup-buffers',
  title: 'C1: reclaim frees the buffers of a page that a device has, by FOLL_GET',
  description: DESCRIPTION,
  machine,
  properties,
  expected: [bug, loss],
  build: (context) => build(context, { data: 'ordered', pin: false }),
});

export const fileGupBuffersJournal: Scenario = defineScenario({
  id: 'file-gup-buffers-journal',
  title: 'C1j: the same with data=journal',
  description: `${DESCRIPTION} The file system is mounted with data=journal.`,
  machine,
  properties,
  expected: [
    {
      with: [ext4NoBug, journalledPinned],
      verdict: 'violated',
      properties: [...dropped, writtenPersists.id],
      because:
        'also a page with buffers is lost: only pinned pages are marked for the journal (see C25)',
    },
    { ...bug, without: [ext4NoBug, journalledPinned] },
    { ...loss, without: [journalledPinned] },
  ],
  build: (context) => build(context, { data: 'journal', pin: false }),
});

export const fileGupBuffersPin: Scenario = defineScenario({
  id: 'file-gup-buffers-pin',
  title: 'C18: reclaim meets a page that a device has, by FOLL_PIN',
  description: DESCRIPTION,
  machine,
  properties,
  expected: [kept, bug, loss],
  build: (context) => build(context, { data: 'ordered', pin: true }),
});

export const fileGupBuffersPinJournal: Scenario = defineScenario({
  id: 'file-gup-buffers-pin-journal',
  title: 'C18j: the same with data=journal',
  description: `${DESCRIPTION} The file system is mounted with data=journal.`,
  machine,
  properties,
  expected: [kept, bug, loss],
  build: (context) => build(context, { data: 'journal', pin: true }),
});

export const fileGupDropped: Scenario = defineScenario({
  id: 'file-gup-dropped',
  title: 'C26: a process loads what a device wrote, and later no longer',
  description:
    'As C1, one step after the other. Reclaim has freed the buffers; the ' +
    'device writes, and the driver makes the page dirty and gives it back. The process loads, the flusher passes over the page, ' +
    'reclaim frees it, and the process loads again: nobody has written in between.',
  machine: { cpus: 1, pages: 2 },
  properties,
  expected: [bug, loss],
  build(context) {
    const { machine } = context;
    const race = new WritebackRace(context);
    const page = machine.boot(() => {
      const held = race.holdWrittenBack({ write: true });
      race.reclaim();
      return held;
    });
    race.runDevice(page);
    machine.cpu(0).run('app', () => {
      race.awaitDevice();
      race.setDirtyAndRelease(page);
      race.load('lo');
      race.flush();
      race.age();
      race.reclaim();
      race.load('lo');
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.asked();
      judge.persists('lo', WRITTEN);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupDioBuffers: Scenario = defineScenario({
  id: 'file-gup-dio-buffers',
  title:
    'C1d: an asynchronous direct read into a page of a file that is written back and reclaimed',
  description:
    'A process has stored to its page of a file, and submits a direct read from another device into it, which makes the ' +
    'page dirty before the DMA. The page is written back while the request waits, and reclaim on CPU 1 unmaps it and frees its ' +
    'buffers. The device writes; bio_check_pages_dirty() finds the page clean, and a kworker makes it dirty.',
  machine,
  properties: [mkwriteIsAskedByHolder, ...fileProperties],
  expected: [
    {
      with: [bioPinPages, keepPinned],
      verdict: 'verified',
      because: 'requests pin their pages, and reclaim goes no further with a page that is pinned',
    },
    {
      verdict: 'violated',
      properties: [dirtyHasBuffers.id],
      because:
        'reclaim cannot tell the reference of a request from others, or does not look for it',
    },
  ],
  build(context) {
    const { get, machine, memory } = context;
    const race = new WritebackRace(context);
    const directIo = get(DIRECT_IO);
    const device = new BlockDevice('source', { bytes: WRITTEN, pageSize: memory.pageSize });
    const dio = machine.boot(() => {
      race.store();
      const mm = race.mm;
      const submitted = directIo.submitRead({ device, mm, buffer: ADDRESS, pages: 1, half: 'lo' });
      race.fsync();
      race.age();
      return submitted;
    });
    machine.cpu(0).run('app', () => {
      directIo.awaitEnd(dio);
    });
    machine.cpu(1).run('kswapd', () => {
      race.reclaim();
    });
    machine.agent('source').run(() => {
      device.serve();
    });
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.asked();
      judge.state();
      judge.conclude();
    });
  },
});
