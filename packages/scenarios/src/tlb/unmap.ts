import { FORK } from '@pagerace/fork';
import { defineScenario, flagParameter } from '@pagerace/kernel';
import { cell, Order } from '@pagerace/machine';
import { getPage, type Page } from '@pagerace/page-model';
import { Findings } from '../findings.js';
import { Buffer } from '../madv-free/buffer.js';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { unmappedIsUnreachable } from './properties.js';

/** What the process stores last, to tell where it went. */
const STORED = 2;

export const staleTlbUnmap = defineScenario({
  id: 'stale-tlb-unmap',
  title: 'T1: a CPU has the translation of a page that is unmapped and given to somebody else',
  description:
    'A process runs on two CPUs. CPU 0 has written to a page, and goes on to; its TLB has the translation, ' +
    'writable and dirty, and may use it or walk again at each store. CPU 1 unmaps the page by munmap() or ' +
    'MADV_DONTNEED, flushes the TLBs, frees the page and allocates it anew. Until the flush CPU 0 may ' +
    'reach the page though its entry is gone; after it no more. Left out of the model: CPUs that only ' +
    'borrow the mm (lazy TLB), PCIDs and ASIDs, global entries, and instruction fetches.',
  parameters: {
    held: flagParameter('somebody else has a reference, so that the page is not freed'),
  },
  machine: { cpus: 2, pages: 6, tlb: true },
  properties: [unmappedIsUnreachable, referencesAreCounted, freeIsUntouched],
  expected: [
    {
      verdict: 'verified',
      because:
        'tlb_finish_mmu() flushes before it frees, and a flush returns when every CPU is through',
    },
  ],
  build(context) {
    const { machine, memory, parameters, property } = context;
    const buffer = new Buffer(context, { cpus: [0, 1], state: 'dirty' });
    const page = buffer.page(0);
    const fork = context.get(FORK);
    if (parameters.held) machine.boot(() => getPage(page));
    // How user space learns that munmap() has returned: no barrier of the kernel.
    const unmapped = cell(false, 'unmapped');
    machine.cpu(0).run('app', () => {
      buffer.store(0, 1);
      const late = unmapped.read(Order.acquire);
      buffer.store(0, STORED);
      return late;
    });
    machine.cpu(1).run('unmap', () => {
      fork.zapPage(buffer.mm, buffer.address(0));
      unmapped.write(true, Order.release);
      return parameters.held ? page : memory.allocator.allocZeroedPage();
    });
    return machine.program(({ app, unmap }) => {
      property(referencesAreCounted.id).applies();
      property(freeIsUntouched.id).applies();
      context.holdsAtEnd(unmap as Page);
      if (app !== true) return;
      const findings = new Findings();
      findings.demand(
        property(unmappedIsUnreachable.id),
        (unmap as Page).contents.readHalf('lo') !== String.fromCharCode(STORED),
        () => `a store has reached ${page.name}, although the unmap had returned`,
      );
      findings.conclude();
    });
  },
});
