import { choiceParameter, defineScenario, type Scenario } from '@pagerace/kernel';
import { MIGRATE } from '@pagerace/migrate';
import { lruAddDrain, type Page } from '@pagerace/page-model';
import { fileProperties, FileJudge } from './judge.js';
import { deviceWriteIsSeen, filePageIsHeld } from './properties.js';
import { forWriting, reference, WritebackRace, WRITTEN } from './writeback-race.js';

const when = choiceParameter('when the driver gets the page', ['before', 'at any time']);

export const fileGupMigrated: Scenario = defineScenario({
  id: 'file-gup-migrated',
  title: 'C19: a page of a file is to migrate while a driver has it',
  description:
    'A driver has a page of a file for writing, and writes to it on CPU 0. On CPU 1 the page is ' +
    'to migrate: its entries become migration entries, and another page takes its place if nobody but the page cache, the ' +
    'isolation and the buffers refers to it. Any other reference counts, also one of FOLL_GET.',
  parameters: { when, reference },
  machine: { cpus: 2, pages: 3 },
  properties: [filePageIsHeld, deviceWriteIsSeen, ...fileProperties],
  expected: [
    { verdict: 'verified', because: 'page_ref_freeze() fails, and the old page is mapped again' },
  ],
  build(context) {
    const { get, machine, memory, parameters } = context;
    const race = new WritebackRace(context);
    const migrate = get(MIGRATE);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => {
      race.store();
      return parameters.when === 'before' ? race.hold(flags) : undefined;
    });
    machine.cpu(0).run('driver', () => {
      const held = page ?? race.hold(flags);
      held.contents.writeHalf('lo', WRITTEN);
      return held;
    });
    machine.cpu(1).run('migration', () => {
      migrate.doMigrateRange(race.page);
      lruAddDrain(memory);
    });
    return machine.program(({ driver }) => {
      const judge = new FileJudge(context, race);
      judge.held(driver as Page, flags.pin);
      judge.loaded(race.contents('lo'), WRITTEN);
      judge.state();
      judge.conclude();
    });
  },
});
