import { cowByPageCount } from '@pagerace/cow';
import type { Program } from '@pagerace/explorer';
import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import { lockPage, unlockPage, USER_ACCESS } from '@pagerace/page-model';
import { RMAP, swpExclusive } from '@pagerace/rmap';
import { SWAP } from '@pagerace/swap';
import { Findings } from '../findings.js';
import { CollapseRace } from '../gup-fast-collapse/collapse-race.js';
import {
  directReadIsSeen,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import { ownStoreIsKept, slotsAreCounted } from './properties.js';

/** What the device writes to the lower half. */
const FROM_DEVICE = 'y';
/** What the process stores to the upper half. */
const STORED = 'c';

const properties = [
  directReadIsSeen,
  mappingIsCoherent,
  ownStoreIsKept,
  slotsAreCounted,
  referencesAreCounted,
];

const DESCRIPTION =
  'A driver has taken FOLL_WRITE | FOLL_GET on a page, for a device that writes to its lower half. khugepaged has ' +
  'found the page worth a huge one before. ';

const givesUp =
  'It takes the page table out and looks at the references of the page: since one is neither of a mapping nor of ' +
  'the swap cache it gives up, and puts the table back. The process stores to the upper half. ';

/** @param where the page is: in the page table, in the swap cache, too, or in the swap cache alone */
function build(
  context: ScenarioContext<unknown>,
  where: 'mapped' | 'cached' | 'unmapped',
): Program {
  const { get, machine, memory, property } = context;
  const race = new CollapseRace(context);
  const user = get(USER_ACCESS);
  const khugepaged = get(KHUGEPAGED);
  const swap = get(SWAP);
  const rmap = get(RMAP);
  swap.swapon({ pages: 1 });
  const address = race.address();
  const page = machine.boot(() => {
    const [held] = get(GET_USER_PAGES).getUserPagesFast(race.mm, address, 1, { write: true });
    if (where !== 'mapped') {
      lockPage(held!);
      swap.addToSwap(held!);
      if (where === 'unmapped') rmap.tryToUnmap(held!, {});
      unlockPage(held!);
    }
    return held!;
  });
  machine.cpu(0).run('app', () => {
    user.userWrite(race.mm, address + memory.pageSize / 2, STORED.charCodeAt(0));
  });
  machine
    .cpu(1)
    .run('khugepaged', () =>
      khugepaged.collapseHugePage(race.mm, address, where === 'unmapped' ? 1 : 0),
    );
  machine.agent('device').run(() => {
    page.contents.writeHalf('lo', FROM_DEVICE);
  });
  return machine.program(() => {
    const findings = new Findings();
    const mapped = race.mapped();
    property(referencesAreCounted.id).applies();
    context.holdsAtEnd(page);
    findings.demand(
      property(directReadIsSeen.id),
      mapped?.contents.readHalf('lo') === FROM_DEVICE,
      () => 'what the device wrote is not what the process loads',
    );
    findings.demand(
      property(mappingIsCoherent.id),
      mapped === page,
      () => `${mapped?.name ?? 'nothing'} is mapped instead of ${page.name}, which is held`,
    );
    findings.demand(
      property(ownStoreIsKept.id),
      mapped?.contents.readHalf('hi') === STORED,
      () => 'what the process stored is not what it loads',
    );
    const miscounted = swap.swapMapError();
    findings.demand(property(slotsAreCounted.id), miscounted === undefined, () => miscounted!);
    findings.conclude();
  });
}

export const swapExclusiveKhugepaged = defineScenario({
  id: 'swap-exclusive-khugepaged',
  title: 'B43: khugepaged comes across a page that a device has for writing',
  description: `${DESCRIPTION}${givesUp}If the page were copied into a huge one, what the device writes would be lost.`,
  parameters: {
    page: choiceParameter('where the page is: in the page table, or in the swap cache, too', [
      'mapped',
      'cached',
    ]),
  },
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  properties,
  expected: [
    {
      verdict: 'verified',
      because: 'is_refcount_suitable(): more references than mappings, SCAN_PAGE_COUNT',
    },
  ],
  build: (context) => build(context, context.parameters.page),
});

export const swapExclusiveKhugepagedUnmapped = defineScenario({
  id: 'swap-exclusive-khugepaged-unmapped',
  title:
    'B43: khugepaged maps a page again that reclaim has unmapped, and that a device has for writing',
  description:
    DESCRIPTION +
    'Reclaim has unmapped it, and kept it in the swap cache because of that reference. khugepaged brings it back ' +
    `(__collapse_huge_page_swapin()), as a load would. ${givesUp}A store that copies loses what the device writes.`,
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  properties,
  expected: [
    {
      without: [cowByPageCount],
      verdict: 'verified',
      because: 'do_wp_page() counts mappings and swap entries, not references',
    },
    {
      with: [cowByPageCount],
      without: [swpExclusive],
      verdict: 'violated',
      properties: ['I-COH', 'I-COH & I-DIO'],
      because: 'as without khugepaged: the store sees the reference, and copies',
    },
    {
      with: [swpExclusive],
      architectures: ['x86'],
      verdict: 'verified',
      because:
        'the fault of khugepaged is a read, and it too restores the flag by the marker of the entry',
    },
  ],
  build: (context) => build(context, 'unmapped'),
});
