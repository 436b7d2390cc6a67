import { EXT4, FileDisk } from '@pagerace/fs';
import { GET_USER_PAGES, gupLongtermFileFast, gupLongtermFileSlow } from '@pagerace/gup';
import {
  defineScenario,
  type Expectation,
  flagParameter,
  type PropertyDefinition,
  type Scenario,
} from '@pagerace/kernel';
import {
  AddressSpace,
  lruAddDrain,
  type Page,
  USER_ACCESS,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { TRUNCATE } from '@pagerace/truncate';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { fileProperties, FileJudge } from './judge.js';
import { stableWhileWritten } from './properties.js';
import { ADDRESS, WritebackRace } from './writeback-race.js';

const longtermIsRefused: PropertyDefinition = {
  id: 'I-LONGTERM',
  statement:
    'a pin for long, for writing, is refused where a file system must be asked before a page is written to, and granted elsewhere',
};

const refused = { verdict: 'violated', properties: [longtermIsRefused.id] } as const;

const flags = { write: true, pin: true, longterm: true };

const kinds = {
  'ext4 shared': 'a shared mapping of a file on ext4',
  'ext4 private': 'a private mapping of a file on ext4',
  tmpfs: 'a shared mapping of a file on tmpfs',
};

interface LongtermPin {
  readonly id: string;
  readonly kind: keyof typeof kinds;
  readonly path: 'GUP-fast' | 'the slow path';
  readonly expected: readonly Expectation[];
}

function longtermPin({ id, kind, path, expected }: LongtermPin): Scenario {
  return defineScenario({
    id,
    title: `C20: a pin for long, for writing, of ${kinds[kind]}, by ${path}`,
    description:
      `A process has stored to ${kinds[kind]}, and a driver asks for a pin for writing that it is going to keep, by ${path}. ` +
      'A hole may be punched into the file at the same time, so that the page has no mapping any more when GUP looks for it.',
    parameters: { punch: flagParameter('whether a hole is punched into the file meanwhile') },
    machine: { cpus: 2, pages: 4 },
    properties: [longtermIsRefused, referencesAreCounted, freeIsUntouched],
    expected,
    build(context) {
      const { get, machine, memory, parameters, process, property } = context;
      const gup = get(GET_USER_PAGES);
      const user = get(USER_ACCESS);
      const mm = process('app', 0);
      const fileSystem =
        kind === 'tmpfs' ? shmem : get(EXT4).mount(new FileDisk(machine, 'disk', 1));
      const file = new AddressSpace(memory, 'file', 1, fileSystem);
      const sharing = kind === 'ext4 private' ? 0 : VM_SHARED;
      mm.mmap({ start: ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE | sharing, file });
      machine.boot(() => {
        user.userWrite(mm, ADDRESS, 0x63);
        lruAddDrain(memory);
      });
      machine
        .cpu(0)
        .run('driver', () =>
          path === 'GUP-fast'
            ? gup.getUserPagesFast(mm, ADDRESS, 1, flags)[0]
            : gup.getUserPagesUnlocked(mm, ADDRESS, 1, flags)[0],
        );
      if (parameters.punch) {
        machine.cpu(1).run('kernel', () => {
          get(TRUNCATE).vfsFallocate(file, 0, 1);
        });
      }
      return machine.program(({ driver }) => {
        const page = driver as Page | undefined;
        if (page !== undefined) context.pinsAtEnd(page);
        property(referencesAreCounted.id).applies();
        property(freeIsUntouched.id).applies();
        property(longtermIsRefused.id).demand(
          (page === undefined) === (kind === 'ext4 shared'),
          `the pin was ${page === undefined ? 'refused' : 'granted'}`,
        );
      });
    },
  });
}

export const fileGupLongtermSlow: Scenario = longtermPin({
  id: 'file-gup-longterm-slow',
  kind: 'ext4 shared',
  path: 'the slow path',
  expected: [
    { ...refused, without: [gupLongtermFileSlow], because: 'GUP does not ask whose the page is' },
    { with: [gupLongtermFileSlow], verdict: 'verified' },
  ],
});

export const fileGupLongtermFast: Scenario = longtermPin({
  id: 'file-gup-longterm-fast',
  kind: 'ext4 shared',
  path: 'GUP-fast',
  expected: [
    {
      ...refused,
      without: [gupLongtermFileFast],
      because: 'GUP-fast sees no vma, and grants what the slow path may refuse',
    },
    { with: [gupLongtermFileSlow, gupLongtermFileFast], verdict: 'verified' },
  ],
});

const granted = { verdict: 'verified', because: 'nobody must be asked for its pages' } as const;

export const fileGupLongtermPrivate: Scenario = longtermPin({
  id: 'file-gup-longterm-private',
  kind: 'ext4 private',
  path: 'GUP-fast',
  expected: [granted],
});

export const fileGupLongtermTmpfs: Scenario = longtermPin({
  id: 'file-gup-longterm-tmpfs',
  kind: 'tmpfs',
  path: 'GUP-fast',
  expected: [granted],
});

export const fileGupFixedBuffer: Scenario = defineScenario({
  id: 'file-gup-fixed-buffer',
  title: 'C29: a pin for long, as of a fixed buffer, while the page is written back',
  description:
    'A process has stored to its page of a file, and a driver that keeps its pins, such as that of an RDMA adapter, asks for one for ' +
    'writing. If it gets it the device writes at any time. The flusher writes the page to a disk that needs it unchanged. ' +
    'io_uring pins its fixed buffers so, too, but up to v6.1 refuses those in files that are not in memory by itself, with EOPNOTSUPP.',
  machine: { cpus: 1, pages: 2 },
  properties: [stableWhileWritten, ...fileProperties],
  expected: [
    {
      without: [gupLongtermFileSlow],
      verdict: 'violated',
      properties: [stableWhileWritten.id],
      because: 'the pin outlasts page_mkclean()',
    },
    {
      with: [gupLongtermFileSlow],
      verdict: 'verified',
      because: 'there is no pin',
    },
  ],
  build(context) {
    const { get, machine } = context;
    const race = new WritebackRace(context, { stable: true });
    const page = machine.boot(() => {
      race.store();
      return get(GET_USER_PAGES).getUserPagesUnlocked(race.mm, ADDRESS, 1, flags)[0];
    });
    if (page !== undefined) race.runDevice(page);
    race.runFlusher(0);
    return machine.program(() => {
      const judge = new FileJudge(context, race);
      if (page !== undefined) context.pinsAtEnd(page);
      judge.state();
      judge.conclude();
    });
  },
});
