import { DAX, ext4BreakLayouts, Pmem } from '@pagerace/dax';
import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario, type Scenario } from '@pagerace/kernel';
import {
  AddressSpace,
  mappedPage,
  type Page,
  USER_ACCESS,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { TRUNCATE } from '@pagerace/truncate';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { blockIsOwn } from './properties.js';
import { ADDRESS, forWriting, reference, STORED, WRITTEN } from './writeback-race.js';

const when = choiceParameter('when the driver gets the page', ['at any time', 'before']);

export const fileGupDax: Scenario = defineScenario({
  id: 'file-gup-dax',
  title: 'C16: a hole is punched into a file of DAX while a device writes to it',
  description:
    'A file on ext4 with -o dax has one block, which is memory of a device; a process has it mapped, and a driver gets it by ' +
    'get_user_pages_fast(), for a short time. On CPU 1 a hole is punched there, the block is free, and another file gets it, to ' +
    'which its process stores. What the driver writes must not be in the other file: the punch waits until nobody ' +
    'has a reference. Who asks for pages for long (FOLL_LONGTERM) gets none, as nobody could wait so long.',
  parameters: { when, reference },
  machine: { cpus: 2, pages: 1, devicePages: 2 },
  properties: [blockIsOwn, referencesAreCounted, freeIsUntouched],
  expected: [
    {
      without: [ext4BreakLayouts],
      verdict: 'violated',
      properties: [blockIsOwn.id],
      because: 'the block is given away, and the device has the page still',
    },
    {
      with: [ext4BreakLayouts],
      architectures: ['lkmm', 'mips-mmid'],
      verdict: 'violated',
      properties: [blockIsOwn.id],
      because:
        'nothing orders the entry that is cleared before the count that is looked at: the flush of the TLB does, where it is ' +
        'an interrupt, or a barrier is part of it (no such machine has memory for DAX)',
    },
    {
      with: [ext4BreakLayouts],
      verdict: 'verified',
      because:
        'ext4_break_layouts() unmaps, looks at the references, and waits, until there is none',
    },
  ],
  build({ get, machine, memory, parameters, process, property }) {
    const [dax, gup, user, truncate] = [
      get(DAX),
      get(GET_USER_PAGES),
      get(USER_ACCESS),
      get(TRUNCATE),
    ];
    const pmem = new Pmem(memory);
    const fileOf = (name: string): AddressSpace =>
      new AddressSpace(memory, name, 1, dax.mount(pmem, 1, name));
    const [file, other] = [fileOf('file'), fileOf('other')];
    const [app, owner] = [process('app', 0), process('owner', 1)];
    const vmFlags = VM_READ | VM_WRITE | VM_SHARED;
    app.mmap({ start: ADDRESS, pages: 1, vmFlags, file });
    owner.mmap({ start: ADDRESS, pages: 1, vmFlags, file: other });
    const flags = forWriting(parameters.reference);
    const hold = (): Page => gup.getUserPagesFast(app, ADDRESS, 1, flags)[0]!;
    const before = machine.boot(() => {
      user.userWrite(app, ADDRESS, STORED.charCodeAt(0));
      return parameters.when === 'before' ? hold() : undefined;
    });
    machine.cpu(0).run('driver', () => {
      const page = before ?? hold();
      page.contents.writeHalf('lo', WRITTEN);
      gup.release(page, flags);
    });
    machine.cpu(1).run('owner', () => {
      truncate.vfsFallocate(file, 0, 1);
      user.userWrite(owner, ADDRESS, STORED.charCodeAt(0));
    });
    return machine.program(() => {
      property(referencesAreCounted.id).applies();
      property(freeIsUntouched.id).applies();
      const is = mappedPage(owner, ADDRESS)!.contents.readHalf('lo');
      property(blockIsOwn.id).demand(
        is === STORED,
        `the other file’s owner has stored ${STORED}, and its block has ${is}`,
      );
    });
  },
});
