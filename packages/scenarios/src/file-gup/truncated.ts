import type { Program } from '@pagerace/explorer';
import type { DataMode } from '@pagerace/fs';
import {
  choiceParameter,
  defineScenario,
  type Scenario,
  type ScenarioContext,
} from '@pagerace/kernel';
import { setPageDirty, setPageDirtyLock } from '@pagerace/page-model';
import { TRUNCATE } from '@pagerace/truncate';
import { dirtyNobuffersNoBug } from '@pagerace/writeback';
import { fileProperties, FileJudge } from './judge.js';
import {
  deviceWriteIsSeen,
  dirtyHasBuffers,
  filePageIsHeld,
  truncatedIsGone,
} from './properties.js';
import { type WritebackRaceOptions, WritebackRace, WRITTEN } from './writeback-race.js';

/** User space must accept it: get_user_pages() is not in step with changes of the file, nor of address spaces. */
const allowed = 'a truncation takes the page whoever refers to it: nobody demands coherence then';

/** Behind a truncation a file has zeros. */
const ZEROS = '\0';

/** Takes the page out of its file, and has the file as long as it was. */
const how = choiceParameter(
  'how the page leaves the file: ftruncate() and back, or a punched hole',
  ['truncate', 'punch'],
);

class TruncateRace extends WritebackRace {
  readonly #truncate;

  constructor(context: ScenarioContext<unknown>, options?: WritebackRaceOptions) {
    super(context, options);
    this.#truncate = context.get(TRUNCATE);
  }

  /** ftruncate(fd, 0). */
  truncate(): void {
    this.#truncate.doTruncate(this.file, 0);
  }

  extend(): void {
    this.#truncate.doTruncate(this.file, 1);
  }

  replace(how: 'truncate' | 'punch'): void {
    if (how === 'punch') {
      this.#truncate.vfsFallocate(this.file, 0, 1);
      return;
    }
    this.truncate();
    this.extend();
  }
}

const machine = { cpus: 2, pages: 3 };

export const fileGupReplaced: Scenario = defineScenario({
  id: 'file-gup-replaced',
  title: 'C5: the page of a file is replaced while a device writes to it',
  description:
    'A driver has a page of a file for writing, and the device writes to it at any time. On CPU 1 the page leaves the file, ' +
    'and the process loads from the place where it was, which gives a new page. The driver holds the old one still: it is ' +
    'no page of the file any more, and what the device writes is seen by nobody. No release forbids it, and get_user_pages() ' +
    'promises nothing else; memory must stay safe.',
  parameters: { how },
  machine,
  properties: [
    { ...filePageIsHeld, allowed },
    { ...deviceWriteIsSeen, allowed },
    ...fileProperties,
  ],
  expected: [{ verdict: 'verified', because: 'the reference keeps the page, and not its place' }],
  build(context) {
    const { machine, parameters } = context;
    const race = new TruncateRace(context);
    const page = machine.boot(() => race.holdDirty({ write: true }));
    race.runDevice(page);
    machine.cpu(1).run('app', () => {
      race.replace(parameters.how);
      return race.load('lo');
    });
    return machine.program(({ app }) => {
      const judge = new FileJudge(context, race);
      judge.held(page);
      judge.loaded(app as string, WRITTEN);
      judge.state();
      judge.conclude();
    });
  },
});

interface Dirtying {
  readonly data: DataMode;
}

const lock = choiceParameter('what the driver calls: set_page_dirty() or set_page_dirty_lock()', [
  'set_page_dirty',
  'set_page_dirty_lock',
]);

const DIRTYING =
  'A driver has a page of a file, which was written back: it is clean, and has buffers. The driver calls set_page_dirty(), as the ' +
  'documentation of get_user_pages() has it, and gives the page back, while the file is truncated on CPU 1. Nothing but the ' +
  'page lock keeps truncation out.';

function buildDirtying(
  context: ScenarioContext<{ lock: 'set_page_dirty' | 'set_page_dirty_lock' }>,
  { data }: Dirtying,
): Program {
  const { machine, parameters } = context;
  const race = new TruncateRace(context, { data });
  const page = machine.boot(() => race.holdWrittenBack({ write: true }));
  machine.cpu(0).run('driver', () => {
    if (parameters.lock === 'set_page_dirty') setPageDirty(page);
    else setPageDirtyLock(page);
    race.release(page);
  });
  machine.cpu(1).run('ftruncate', () => {
    race.truncate();
  });
  return machine.program(() => {
    const judge = new FileJudge(context, race);
    judge.state();
    judge.conclude();
  });
}

export const fileGupTruncated: Scenario = defineScenario({
  id: 'file-gup-truncated',
  title: 'C7: set_page_dirty() without the page lock, against a truncation',
  description: DIRTYING,
  parameters: { lock },
  machine,
  properties: fileProperties,
  expected: [
    {
      verdict: 'violated',
      properties: [dirtyHasBuffers.id, 'leak'],
      because:
        'the buffers are gone, or become dirty once more and then are never written nor freed; all releases',
    },
  ],
  build: (context) => buildDirtying(context, { data: 'ordered' }),
});

export const fileGupTruncatedJournal: Scenario = defineScenario({
  id: 'file-gup-truncated-journal',
  title: 'C7j: the same with data=journal',
  description: `${DIRTYING} With data=journal __set_page_dirty_nobuffers() looks at the mapping of the page twice.`,
  parameters: { lock },
  machine,
  properties: fileProperties,
  expected: [
    {
      without: [dirtyNobuffersNoBug],
      verdict: 'violated',
      properties: ['BUG_ON', dirtyHasBuffers.id],
      because: 'truncation must not come between, and nothing keeps it out',
    },
    {
      with: [dirtyNobuffersNoBug],
      verdict: 'violated',
      properties: [dirtyHasBuffers.id],
      because: 'the page is not tagged if it has left the file; that it has no buffers stays',
    },
  ],
  build: (context) => buildDirtying(context, { data: 'journal' }),
});

export const fileGupOrphan: Scenario = defineScenario({
  id: 'file-gup-orphan',
  title: 'C15: a device writes to a page of a file that is truncated, and extended again',
  description:
    'A driver has a page of a file, and the device writes to it at any time. The process truncates the file to nothing, extends it ' +
    'again, loads from it, and calls fsync(). The driver calls set_page_dirty_lock() when the device is done, and gives the page ' +
    'back: by then it may have no mapping. Nothing of it may come back into the file.',
  machine,
  properties: [truncatedIsGone, ...fileProperties],
  expected: [
    {
      verdict: 'verified',
      because: 'set_page_dirty() of a page without a mapping sets the bit, and nothing more',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new TruncateRace(context);
    const page = machine.boot(() => race.holdDirty({ write: true }));
    race.runDevice(page);
    machine.cpu(0).run('driver', () => {
      race.awaitDevice();
      race.setDirtyAndRelease(page);
    });
    machine.cpu(1).run('app', () => {
      race.truncate();
      race.extend();
      const loaded = race.load('lo');
      race.fsync();
      return loaded;
    });
    return machine.program(({ app }) => {
      const judge = new FileJudge(context, race);
      judge.gone([app as string, race.contents('lo'), race.disk.contents(0, 'lo')], ZEROS);
      judge.state();
      judge.conclude();
    });
  },
});
