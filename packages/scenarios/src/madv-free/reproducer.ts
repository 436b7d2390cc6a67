import type { Program } from '@pagerace/explorer';
import {
  choiceParameter,
  defineScenario,
  type Parameter,
  type Scenario,
  type ScenarioContext,
  UsageError,
} from '@pagerace/kernel';
import { BUFFER } from './buffer.js';
import { directReadProperties, DirectReadRace, type Reclaimed, YES } from './direct-read-race.js';
import { mappingIsCoherent } from './properties.js';
import { madvFreeReproducerPatch } from './reproducer-patch.js';

/** How many pages the program of the commit message reads. */
export const REPRODUCER_PAGES = 4;

const PAGE_SIZE = 4096;

/** Where reclaim comes in. */
export type InjectionPoint = 'anywhere' | 'good' | 'bad';

/** The addresses that the commit message shows for the two runs. */
const buffers: Readonly<Record<InjectionPoint, number>> = {
  anywhere: BUFFER,
  good: BUFFER,
  bad: 0x7fa1b8050000,
};

/** The bytes of a device, of at least as many pages as are read from it. */
const deviceParameter: Parameter<string> = {
  description: 'The bytes of the device',
  default: YES,
  range: `at least ${String(REPRODUCER_PAGES)} pages of ${String(PAGE_SIZE)} bytes`,
  parse: (name, given) => {
    const length = typeof given === 'string' ? given.length : 0;
    if (length < REPRODUCER_PAGES * PAGE_SIZE) {
      throw new UsageError(
        `${name} has ${String(length)} bytes; the program reads ${String(REPRODUCER_PAGES)} pages, ` +
          `${String(REPRODUCER_PAGES * PAGE_SIZE)} bytes`,
      );
    }
    return given as string;
  },
};

/** In the good run reclaim never meets a page that the read has got, so that I-COH would be vacuous. */
const properties = directReadProperties.filter(({ id }) => id !== mappingIsCoherent.id);

const parameters = {
  device: deviceParameter,
  at: choiceParameter(
    'Where reclaim comes in: anywhere, as a thread of its own; or by the patch madv-free-reproducer, ' +
      'before (good) or after (bad) the pages were got',
    ['anywhere', 'good', 'bad'],
  ),
};

interface Settings {
  readonly device: string;
  readonly at: InjectionPoint;
}

function build(
  context: ScenarioContext<Settings>,
  tell: (bytes: readonly number[], race: DirectReadRace) => void,
): Program {
  const { machine } = context;
  const { device, at } = context.parameters;
  const race = new DirectReadRace(context, {
    pages: REPRODUCER_PAGES,
    start: buffers[at],
    // Reclaim that was called by the process itself meets its pages in its own CPU's batch.
    state: at === 'anywhere' ? 'lazyfree' : 'in the lazyfree batch',
    device: { bytes: device },
    properties,
  });
  // The debugging patch goes by current->comm.
  const comm = at === 'anywhere' ? 'test' : at;
  machine.cpu(0).run(comm, () => {
    race.read();
    const bytes = race.load();
    return { bytes, decisions: race.decisions() };
  });
  if (at === 'anywhere') machine.cpu(1).run('reclaim', () => race.reclaim());
  machine.agent('disk').run(() => race.disk.serve());
  return machine.program((results) => {
    const read = results[comm] as { bytes: readonly number[] } & Pick<Reclaimed, 'decisions'>;
    const { decisions } = (results.reclaim ?? read) as Reclaimed;
    tell(read.bytes, race);
    race.judge(read.bytes, decisions);
  });
}

/**
 * The program of the commit message as a scenario.
 *
 * @param tell told, at the end of each execution, the first byte of each page
 */
export function reproducerScenario(
  tell: (bytes: readonly number[], race: DirectReadRace) => void = () => undefined,
): Scenario {
  return defineScenario({
    id: 'madv-free-reproducer',
    title: 'The reproducer of the fix’s commit message: four pages, read from a block device',
    description:
      'A program stores 1 to four pages, advises MADV_FREE on them, reads from the device into them and ' +
      'prints the first byte of each. Reclaim comes in anywhere; or, with the debugging patch ' +
      'madv-free-reproducer, where the commit message puts it: before the pages are got ("good") or after ' +
      '("bad").',
    parameters,
    machine: { cpus: 2, pages: 24 },
    needs: ({ at }) => (at === 'anywhere' ? [] : [madvFreeReproducerPatch]),
    properties,
    build: (context) => build(context, tell),
  });
}

export const madvFreeReproducer = reproducerScenario();
