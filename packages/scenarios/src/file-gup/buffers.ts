import type { Program } from '@pagerace/explorer';
import { ext4NoBug } from '@pagerace/fs';
import { defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { keepPinned } from '@pagerace/vmscan';
import { fileProperties, FileJudge } from './judge.js';
import { dirtyHasBuffers, mkwriteIsAskedByHolder, writtenPersists } from './properties.js';
import { data, STORED, WritebackRace, WRITTEN } from './writeback-race.js';

const DESCRIPTION =
  'A process has stored to its page of a file on ext4, a driver has got the page for writing, and the page was written ' +
  'back: it is clean, and mapped read-only. Reclaim on CPU 1 unmaps it and frees its buffers; the reference keeps the page ' +
  'in the page cache. The device writes to it, and the driver calls set_page_dirty_lock(), gives the page back, and calls fsync().';

function build(
  context: ScenarioContext<{ readonly data: 'ordered' | 'journal' }>,
  pin: boolean,
): Program {
  const { machine, parameters } = context;
  const race = new WritebackRace(context, parameters);
  const page = machine.boot(() => {
    race.store();
    const got = race.hold({ write: true, pin });
    race.fsync();
    race.age();
    return got;
  });
  race.runDevice(page);
  machine.cpu(0).run('driver', () => {
    race.awaitDevice();
    race.releaseDirty(page, { pin });
    race.fsync();
  });
  machine.cpu(1).run('kswapd', () => {
    race.reclaim();
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

export const fileGupBuffers = defineScenario({
  id: 'file-gup-buffers',
  title: 'C1: reclaim frees the buffers of a page that a device has, by FOLL_GET',
  description: DESCRIPTION,
  parameters: { data },
  machine: { cpus: 2, pages: 2 },
  properties: [mkwriteIsAskedByHolder, writtenPersists, ...fileProperties],
  expected: [
    {
      without: [ext4NoBug],
      verdict: 'violated',
      properties: ['BUG_ON'],
      because: 'ext4 takes it that a dirty page has buffers',
    },
    {
      with: [ext4NoBug],
      verdict: 'violated',
      properties: [`${dirtyHasBuffers.id} & ${writtenPersists.id}`],
      because: 'ext4 warns, and makes the page clean: what the device wrote is dropped',
    },
  ],
  build: (context) => build(context, false),
});

export const fileGupBuffersPin = defineScenario({
  id: 'file-gup-buffers-pin',
  title: 'C18: reclaim meets a page that a device has, by FOLL_PIN',
  description: DESCRIPTION,
  parameters: { data },
  machine: { cpus: 2, pages: 2 },
  properties: [mkwriteIsAskedByHolder, writtenPersists, ...fileProperties],
  expected: [
    {
      with: [keepPinned],
      verdict: 'verified',
      because: 'shrink_folio_list() does not go on with an unmapped page that may be pinned',
    },
    {
      without: [ext4NoBug],
      verdict: 'violated',
      properties: ['BUG_ON'],
      because: 'reclaim does not look for pins, nor does ext4 for buffers',
    },
    {
      with: [ext4NoBug],
      verdict: 'violated',
      properties: [`${dirtyHasBuffers.id} & ${writtenPersists.id}`],
      because: 'reclaim does not look for pins, and what the device wrote is dropped',
    },
  ],
  build: (context) => build(context, true),
});
