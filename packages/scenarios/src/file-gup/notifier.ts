import { HMM, mirrorWithoutRetry, mirrorWithoutWait } from '@pagerace/hmm';
import { choiceParameter, defineScenario, type Scenario } from '@pagerace/kernel';
import { TRUNCATE } from '@pagerace/truncate';
import { fileProperties, FileJudge } from './judge.js';
import { filePageIsHeld, stableWhileWritten, writtenPersists } from './properties.js';
import { ADDRESS, WritebackRace, WRITTEN } from './writeback-race.js';

const against = choiceParameter('what comes on CPU 1', ['writeback', 'reclaim', 'hole punch']);

const story =
  'A process has stored to its page of a file, which is on a disk that needs the page unchanged while it writes it. A device that has a page ' +
  'table of its own writes to the page: its driver, on CPU 0, takes the page by get_user_pages(), gives the reference back, and ' +
  'relies on MMU notifiers. On CPU 1 the page is written back, or punched out of the file; or it was written back before, and is reclaimed. ';

/** @param sleeps whether the driver may only be called where it can sleep */
function mirrored(
  definition: Pick<
    Parameters<typeof defineScenario>[0],
    'id' | 'title' | 'description' | 'expected'
  >,
  sleeps: boolean,
): Scenario {
  return defineScenario({
    ...definition,
    parameters: { against },
    machine: { cpus: 2, pages: 3 },
    properties: [stableWhileWritten, writtenPersists, filePageIsHeld, ...fileProperties],
    build(context) {
      const { get, machine, parameters } = context;
      const race = new WritebackRace(context, { stable: true });
      const mirror = get(HMM).open({ machine, mm: race.mm, address: ADDRESS, sleeps });
      const isPunched = parameters.against === 'hole punch';
      machine.boot(() => {
        if (parameters.against !== 'reclaim') race.store();
      });
      machine.cpu(0).run('driver', () => {
        mirror.write('lo', WRITTEN);
      });
      machine.cpu(1).run('kernel', () => {
        if (isPunched) get(TRUNCATE).vfsFallocate(race.file, 0, 1);
        else if (parameters.against === 'reclaim') race.reclaim();
        else race.flush();
      });
      return machine.program(() => {
        const judge = new FileJudge(context, race);
        judge.mirrored(mirror.device.page);
        // What was written to the old page went with the hole.
        if (!isPunched) judge.persists('lo', WRITTEN);
        judge.state();
        judge.conclude();
      });
    },
  });
}

export const fileGupNotifier: Scenario = mirrored(
  {
    id: 'file-gup-notifier',
    title: 'C13, C13m: a device that MMU notifiers keep off the page, by a driver that spins',
    description:
      story +
      'The driver spins, as KVM does. Two patches ask what becomes of a driver that does not wait for its device, and of one that ' +
      'does not look whether its range was invalidated while it read the page table.',
  },
  false,
);

export const fileGupNotifierSleeping: Scenario = mirrored(
  {
    id: 'file-gup-notifier-sleeping',
    title: 'C13o: the same by a driver that sleeps, as told of single pages to v4.12',
    description:
      story +
      'The driver takes a mutex and sleeps until the device has stopped, as amdgpu does. From v4.11 to v4.12 it is called under the PTL.',
  },
  true,
);
