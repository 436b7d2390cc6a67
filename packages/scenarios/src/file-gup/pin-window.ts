import { defineScenario } from '@pagerace/kernel';
import { smpMb } from '@pagerace/machine';
import { grabHeadThenPin, type Page, pageMaybeDmaPinned, trackFollPin } from '@pagerace/page-model';
import { anonExclusiveBarriers } from '@pagerace/rmap';
import { referencesAreCounted } from '../madv-free/properties.js';
import { Counting } from './counting.js';
import { pinIsSeen } from './properties-of-counting.js';

const flags = { write: true, pin: true, fastOnly: true };

export const fileGupPinWindow = defineScenario({
  id: 'file-gup-pin-window',
  title: 'C23w: a page is looked at between its reference and its pin',
  description:
    'GUP-fast pins a page for writing. Another CPU makes the entry read-only: it clears the entry, has a full ' +
    'barrier, and asks page_maybe_dma_pinned(), as writeback must that treats pinned pages in a way of their own. Up to v5.13 one fully ordered increment brings the pin. ' +
    'Since v5.14 (c24d37322548) the reference comes first, fully ordered, and the bias of the pin after it, with no ' +
    'order: the other CPU may see the one and not the other. That does no harm if GUP-fast then finds the entry ' +
    'changed. Since v6.1 a barrier is between the pin and that second look (088b8aa537c2).',
  machine: { cpus: 2, pages: 2 },
  defaultArchitecture: 'arm64',
  needs: () => [trackFollPin],
  properties: [pinIsSeen, referencesAreCounted],
  expected: [
    { with: [anonExclusiveBarriers], verdict: 'verified' },
    {
      with: [trackFollPin],
      without: [grabHeadThenPin],
      verdict: 'verified',
      because: 'the increment that brings the pin is a full barrier before the second look',
    },
    {
      with: [trackFollPin],
      architectures: ['x86', 'x86-ipi', 'x86-kvm', 'x86-broadcast'],
      verdict: 'verified',
      because: 'every atomic is a locked instruction',
    },
    {
      with: [grabHeadThenPin],
      architectures: ['arm64', 'powerpc-radix', 'powerpc-hash', 'riscv'],
      verdict: 'violated',
      properties: [pinIsSeen.id],
    },
  ],
  build(context) {
    const { machine, property } = context;
    const counting = new Counting(context);
    const page = counting.page!;
    machine.cpu(0).run('gup', () => counting.fast(flags)[0]);
    machine.cpu(1).run('look', () =>
      counting.mkclean(() => {
        smpMb();
        return pageMaybeDmaPinned(page);
      }),
    );
    return machine.program(({ gup, look }) => {
      const got = gup as Page | undefined;
      if (got !== undefined) context.pinsAtEnd(got);
      property(referencesAreCounted.id).applies();
      property(pinIsSeen.id).demand(
        got === undefined || look === true,
        `${page.name} is pinned, and who has cleared its entry was told that it is not`,
      );
    });
  },
});
