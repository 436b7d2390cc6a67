import { BlockDevice, DIRECT_IO } from '@pagerace/block';
import { choiceParameter, defineScenario, type Scenario } from '@pagerace/kernel';
import { VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import { fileProperties, FileJudge, judgePersistence } from './judge.js';
import {
  filePageIsHeld,
  mkwriteIsAsked,
  mkwriteIsAskedByHolder,
  stableWhileWritten,
  writtenPersists,
} from './properties.js';
import {
  ADDRESS,
  forWriting,
  reference,
  STORED,
  WritebackRace,
  WRITTEN,
} from './writeback-race.js';

const data = choiceParameter('how ext4 writes the data of files', ['ordered', 'journal']);
const machine = { cpus: 2, pages: 3 };
const unstable = {
  verdict: 'violated',
  properties: [stableWhileWritten.id],
  because: 'page_mkclean() takes the page from page tables, and from no device; all releases',
} as const;

export const fileGupStable: Scenario = defineScenario({
  id: 'file-gup-stable',
  title: 'C2: a device writes to a page while a disk writes it that needs it unchanged',
  description:
    'A process has stored to its page of a file, and a driver has got the page for writing. The flusher makes the page ' +
    'clean and every mapping of it read-only, and gives it to a disk that makes a checksum first. The device writes to it ' +
    'at any time; the driver still has it in the end.',
  parameters: { reference, data },
  machine,
  properties: [stableWhileWritten, filePageIsHeld, ...fileProperties],
  expected: [unstable],
  build(context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context, { stable: true, data: parameters.data });
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => race.holdDirty(flags));
    race.runDevice(page);
    race.runFlusher(0);
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.held(page, flags.pin);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupDio: Scenario = defineScenario({
  id: 'file-gup-dio',
  title: 'C4: a direct read into a page of a file while the page is written back',
  description:
    'A process reads by O_DIRECT from one device into its mapping of a file on another. The page is mapped writable and dirty, ' +
    'so that GUP-fast takes it unless page_mkclean() comes first; then the fault waits for the end of the writeback. The DMA ' +
    'may come while the disk, which needs the page unchanged, writes it.',
  machine,
  properties: [stableWhileWritten, mkwriteIsAskedByHolder, writtenPersists, ...fileProperties],
  expected: [{ ...unstable, because: 'GUP comes before page_mkclean(), and the DMA after it' }],
  build(context) {
    const { get, machine, memory } = context;
    const race = new WritebackRace(context, { stable: true });
    const directIo = get(DIRECT_IO);
    const device = new BlockDevice('source', { bytes: WRITTEN, pageSize: memory.pageSize });
    machine.boot(() => {
      race.store();
    });
    machine.cpu(0).run('app', () => {
      directIo.read({ device, mm: race.mm, buffer: ADDRESS, pages: 1, half: 'lo' });
    });
    machine.agent('source').run(() => {
      device.serve();
    });
    race.runFlusher();
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.asked();
      judge.persists('lo', WRITTEN);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupTwoProcesses: Scenario = defineScenario({
  id: 'file-gup-two-processes',
  title: 'C30: one process’s page is pinned, and another one stores to it while it is written',
  description:
    'Two processes have mapped a page of a file, writable and dirty. A driver has it from the first, and leaves it alone. The ' +
    'second stores on CPU 0 while the flusher writes the page to a disk that needs it unchanged: page_mkclean() must come ' +
    'to both mappings, and the store must ask page_mkwrite() again.',
  parameters: { reference },
  machine,
  properties: [
    mkwriteIsAsked,
    stableWhileWritten,
    writtenPersists,
    filePageIsHeld,
    ...fileProperties,
  ],
  expected: [{ verdict: 'verified', because: 'page_mkclean() walks every shared mapping' }],
  build(context) {
    const { machine, parameters, process } = context;
    const race = new WritebackRace(context, { stable: true });
    const other = process('other', 0);
    race.map(other, VM_READ | VM_WRITE | VM_SHARED);
    const flags = forWriting(parameters.reference);
    const page = machine.boot(() => {
      race.store('hi', WRITTEN, other);
      return race.holdDirty(flags);
    });
    machine.cpu(0).run('other', () => {
      race.store('lo', WRITTEN, other);
    });
    race.runFlusher();
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      judge.asked();
      judge.persists('lo', WRITTEN);
      judge.persists('hi', STORED);
      judge.held(page, flags.pin);
      judge.state();
      judge.conclude();
    });
  },
});

export const fileGupReadOnly: Scenario = defineScenario({
  id: 'file-gup-read-only',
  title: 'C31: a device reads from a page that is written back, and stored to',
  description:
    'A driver has a page of a file for reading only, as for a direct write, and the device reads it at any time. The process stores ' +
    'to it on CPU 0, and the flusher writes it to a disk that needs it unchanged. Nothing may break.',
  parameters: { reference },
  machine,
  properties: [mkwriteIsAsked, stableWhileWritten, writtenPersists, ...fileProperties],
  expected: [{ verdict: 'verified', because: 'who only reads changes nothing' }],
  build(context) {
    const { machine, parameters } = context;
    const race = new WritebackRace(context, { stable: true });
    const pin = parameters.reference === 'pin';
    const page = machine.boot(() => race.holdDirty({ pin }));
    machine.agent('device').run(() => {
      page.contents.readHalf('hi');
    });
    machine.cpu(0).run('app', () => {
      race.store('lo', WRITTEN);
    });
    machine.cpu(1).run('flusher', () => {
      race.flush();
      race.release(page, { pin });
    });
    return judgePersistence(context, race);
  },
});
