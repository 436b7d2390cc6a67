import { HMM, mirrorWithoutRetry, mirrorWithoutWait } from '@pagerace/hmm';
import {
  defineScenario,
  type Expectation,
  type PropertyDefinition,
  type Scenario,
} from '@pagerace/kernel';
import { rmapNotifierRange, rmapNotifierUnderLock } from '@pagerace/rmap';
import { TRUNCATE } from '@pagerace/truncate';
import { fileProperties, FileJudge } from './judge.js';
import { filePageIsHeld, stableWhileWritten, writtenPersists } from './properties.js';
import { ADDRESS, WritebackRace, WRITTEN } from './writeback-race.js';

const story =
  'A device that has a page table of its own writes to a page of a file that a process has mapped. Its driver, on CPU 0, takes the ' +
  'page by get_user_pages(), gives the reference back, and relies on MMU notifiers. ';

interface Mirrored {
  readonly id: string;
  readonly title: string;
  readonly against: 'writeback' | 'reclaim' | 'hole punch';
  /** What comes behind {@link story}. */
  readonly description: string;
  readonly properties: readonly PropertyDefinition[];
  readonly expected: readonly Expectation[];
  /** Whether the driver may only be called where it can sleep. Default false. */
  readonly sleeps?: boolean;
}

function mirrored({ against, sleeps = false, ...scenario }: Mirrored): Scenario {
  return defineScenario({
    ...scenario,
    description: story + scenario.description,
    machine: { cpus: 2, pages: 3 },
    properties: [...scenario.properties, filePageIsHeld, ...fileProperties],
    build(context) {
      const { get, machine } = context;
      const race = new WritebackRace(context, { stable: true });
      const mirror = get(HMM).open({ machine, mm: race.mm, address: ADDRESS, sleeps });
      machine.boot(() => {
        if (against !== 'reclaim') race.store();
      });
      machine.cpu(0).run('driver', () => {
        mirror.write('lo', WRITTEN);
      });
      machine.cpu(1).run('kernel', () => {
        if (against === 'hole punch') get(TRUNCATE).vfsFallocate(race.file, 0, 1);
        else if (against === 'reclaim') race.reclaim();
        else race.flush();
      });
      return machine.program(() => {
        const judge = new FileJudge(context, race);
        judge.mirrored(mirror.device.page);
        // What was written to the old page went with the hole.
        if (against !== 'hole punch') judge.persists('lo', WRITTEN);
        judge.state();
        judge.conclude();
      });
    },
  });
}

export const fileGupNotifier: Scenario = mirrored({
  id: 'file-gup-notifier',
  title: 'C13, C13m: a device that MMU notifiers keep off a page while it is written back',
  against: 'writeback',
  description:
    'On CPU 1 the page, which is dirty, is written back to a disk that needs it unchanged meanwhile. The driver spins, as KVM does. ' +
    'Two patches ask what becomes of a driver that does not wait for its device, and of one that does not look ' +
    'whether its range was invalidated while it read the page table.',
  properties: [stableWhileWritten, writtenPersists],
  expected: [
    {
      with: [mirrorWithoutWait],
      verdict: 'violated',
      properties: [writtenPersists.id, stableWhileWritten.id],
      because: 'the device still writes when the disk is given the page',
    },
    {
      with: [mirrorWithoutRetry],
      verdict: 'violated',
      properties: [writtenPersists.id, stableWhileWritten.id],
      because: 'the device gets a page that page_mkclean() has taken from it meanwhile',
    },
    { without: [mirrorWithoutWait, mirrorWithoutRetry], verdict: 'verified' },
  ],
});

export const fileGupNotifierReclaim: Scenario = mirrored({
  id: 'file-gup-notifier-reclaim',
  title: 'C13k: the same while the page is reclaimed',
  against: 'reclaim',
  description: 'On CPU 1 the page, which was written back, is reclaimed.',
  properties: [writtenPersists],
  expected: [
    { verdict: 'verified', because: 'a page that was faulted in for writing is dirty, and stays' },
  ],
});

export const fileGupNotifierPunch: Scenario = mirrored({
  id: 'file-gup-notifier-punch',
  title: 'C13x: the same while a hole is punched into the file',
  against: 'hole punch',
  description:
    'On CPU 1 a hole is punched into the file, so that the page is another one from then on.',
  properties: [],
  expected: [
    {
      with: [mirrorWithoutWait],
      verdict: 'violated',
      properties: ['use-after-free'],
      because: 'the page is freed under the device',
    },
    {
      with: [mirrorWithoutRetry],
      verdict: 'violated',
      properties: [filePageIsHeld.id, 'use-after-free'],
      because: 'the device gets a page that has left the file',
    },
    { without: [mirrorWithoutWait, mirrorWithoutRetry], verdict: 'verified' },
  ],
});

export const fileGupNotifierSleeping: Scenario = mirrored({
  id: 'file-gup-notifier-sleeping',
  title: 'C13o: a driver that sleeps, as rmap tells it of single pages to v4.12',
  against: 'writeback',
  sleeps: true,
  description:
    'On CPU 1 the page, which is dirty, is written back. The driver takes a mutex and sleeps until the device has stopped, as amdgpu ' +
    'does. In v4.11 and v4.12 rmap calls it under the PTL.',
  properties: [stableWhileWritten, writtenPersists],
  expected: [
    { without: [rmapNotifierUnderLock], verdict: 'verified' },
    {
      with: [rmapNotifierUnderLock],
      without: [rmapNotifierRange],
      verdict: 'violated',
      properties: ['sleep-in-atomic'],
      because: 'invalidate_page() is called under the PTL',
    },
    { with: [rmapNotifierRange], verdict: 'verified' },
  ],
});
