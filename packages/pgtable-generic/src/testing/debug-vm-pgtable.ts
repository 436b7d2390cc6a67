import {
  type Architecture,
  type Pte,
  type SwapEntry,
  swpEntry,
  VM_EXEC,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { pteSwapExclusiveTests, pteSwapExclusiveTestsOfV519 } from './pte-swap-exclusive-tests.js';

type Modifier =
  'pteMkyoung' | 'pteMkold' | 'pteMkdirty' | 'pteMkclean' | 'pteMkwrite' | 'pteWrprotect';

const modifiers: readonly Modifier[] = [
  'pteMkyoung',
  'pteMkold',
  'pteMkdirty',
  'pteMkclean',
  'pteMkwrite',
  'pteWrprotect',
];

/** The marks of a swap entry, which live in the entry and not in what it refers to. */
const marks = [
  { make: 'pteSwpMkexclusive', clear: 'pteSwpClearExclusive', is: 'pteSwpExclusive' },
  { make: 'pteSwpMksoftDirty', clear: 'pteSwpClearSoftDirty', is: 'pteSwpSoftDirty' },
  { make: 'pteSwpMkuffdWp', clear: 'pteSwpClearUffdWp', is: 'pteSwpUffdWp' },
] as const;

/** Every subset of a list. */
function subsets<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.reduce<readonly (readonly T[])[]>(
    (found, one) => [...found, ...found.map((subset) => [...subset, one])],
    [[]],
  );
}

/**
 * What the kernel takes for granted of page-table entries, as mm/debug_vm_pgtable.c checks it when a
 * kernel starts (v6.3), but for every combination of bits instead of one.
 *
 * @param widest the widest frame number, swap type and swap offset that entries have room for
 * @returns what does not hold, in words; empty if all does
 */
export function debugVmPgtable(
  arch: Architecture,
  widest: {
    readonly pfn: number;
    readonly swapType: number;
    readonly swapOffset: number;
    /** CONFIG_ARCH_HAS_PTE_SPECIAL; default true. */
    readonly special?: boolean;
  },
): readonly string[] {
  const broken = new Set<string>();
  const demand = (holds: boolean, what: string): void => {
    if (!holds) broken.add(what);
  };
  basicTests(arch, widest, demand);
  swapTests(arch, widest, demand);
  clearTests(arch, demand);
  tableTests(arch, demand);
  return [
    ...broken,
    ...pteSwapExclusiveTestsOfV519(arch, widest.pfn),
    ...pteSwapExclusiveTests(arch, widest),
  ];
}

type Demand = (holds: boolean, what: string) => void;

/** pte_basic_tests(), pte_special_tests(), pte_protnone_tests(), pte_soft_dirty_tests(). */
function basicTests(
  arch: Architecture,
  { pfn: widestPfn, special = true }: { readonly pfn: number; readonly special?: boolean },
  demand: Demand,
): void {
  for (const flags of subsets([VM_READ, VM_WRITE, VM_EXEC, VM_SHARED])) {
    const vmFlags = flags.reduce((all, flag) => all | flag, 0);
    const protection = arch.vmGetPageProt(vmFlags);
    const accessible = (vmFlags & (VM_READ | VM_WRITE | VM_EXEC)) !== 0;
    for (const pfn of [1, 0x1234, widestPfn]) {
      const fresh = arch.pfnPte(pfn, protection);
      demand(arch.pteProtnone(fresh) === !accessible, 'only PROT_NONE is pte_protnone()');
      demand(arch.pteAccessPermitted(fresh, false) || !accessible, 'what is mapped can be read');
      const writable = accessible && (vmFlags & VM_SHARED) !== 0 && (vmFlags & VM_WRITE) !== 0;
      demand(arch.pteWrite(fresh) === writable, 'only shared writable mappings start writable');
      demand(!arch.pteDirty(fresh), 'an entry starts clean');
      for (const steps of subsets(modifiers)) {
        const pte = steps.reduce((one, step) => arch[step](one), fresh);
        modifierTests(arch, pte, pfn, demand);
        const made = arch.pteSpecial(arch.pteMkspecial(pte));
        demand(made === special, 'pte_mkspecial() makes special');
        modifierTests(arch, arch.pteMkspecial(pte), pfn, demand);
      }
    }
  }
}

function modifierTests(arch: Architecture, pte: Pte, pfn: number, demand: Demand): void {
  demand(arch.ptePresent(pte), 'a page stays present');
  demand(!arch.pteNone(pte) && !arch.isSwapPte(pte), 'a page is neither none nor swap');
  demand(arch.ptePfn(pte) === pfn, 'the frame number stays');
  demand(arch.pteSame(pte, pte), 'an entry is the same as itself');
  for (const step of modifiers) {
    demand(arch[step](arch[step](pte)) === arch[step](pte), `${step} twice is ${step} once`);
    demand(arch.pteSpecial(arch[step](pte)) === arch.pteSpecial(pte), `${step} keeps special`);
  }
  demand(arch.pteYoung(arch.pteMkyoung(pte)), 'pte_mkyoung() makes young');
  demand(!arch.pteYoung(arch.pteMkold(pte)), 'pte_mkold() makes old');
  demand(arch.pteDirty(arch.pteMkdirty(pte)), 'pte_mkdirty() makes dirty');
  demand(!arch.pteDirty(arch.pteMkclean(pte)), 'pte_mkclean() makes clean');
  demand(arch.pteWrite(arch.pteMkwrite(pte)), 'pte_mkwrite() makes writable');
  demand(!arch.pteWrite(arch.pteWrprotect(pte)), 'pte_wrprotect() makes read-only');
  for (const step of ['pteMkdirty', 'pteMkclean', 'pteMkwrite', 'pteWrprotect'] as const) {
    demand(arch.pteYoung(arch[step](pte)) === arch.pteYoung(pte), `${step} keeps young`);
  }
  // Not of pte_mkwrite(): arm64 has entries that are dirty by being writable, and not read-only.
  for (const step of ['pteMkyoung', 'pteMkold', 'pteWrprotect'] as const) {
    demand(arch.pteDirty(arch[step](pte)) === arch.pteDirty(pte), `${step} keeps dirty`);
  }
  for (const step of ['pteMkyoung', 'pteMkold', 'pteMkdirty', 'pteMkclean'] as const) {
    demand(arch.pteWrite(arch[step](pte)) === arch.pteWrite(pte), `${step} keeps write`);
  }
  demand(
    arch.pteSoftDirty(arch.pteMkclean(pte)) === arch.pteSoftDirty(pte),
    'pte_mkclean() keeps soft-dirty',
  );
}

/** pte_swap_tests(), pte_swap_soft_dirty_tests(), and what pte_swap_exclusive_tests() is for, for every combination. */
function swapTests(
  arch: Architecture,
  { swapType, swapOffset }: { readonly swapType: number; readonly swapOffset: number },
  demand: Demand,
): void {
  for (const type of [0, 1, swapType]) {
    // Slot 0 is none's: it holds the device's header, and on some architectures is no swap entry.
    for (const offset of [1, 2, Math.min(0xabcdef, swapOffset - 1), swapOffset]) {
      const entry = swpEntry(type, offset);
      const fresh = arch.swpEntryToPte(entry);
      for (const set of subsets(marks)) {
        const pte = set.reduce((one, { make }) => arch[make](one), fresh);
        swapEntryTests(arch, pte, entry, demand);
        for (const { make, clear, is } of marks) {
          // Where there is no such bit, setting it changes nothing.
          const exists = arch[make](fresh) !== fresh;
          const marked = set.some((one) => one.make === make);
          demand(arch[is](pte) === (exists && marked), 'a mark is read where it was set');
          demand(!arch[is](arch[clear](pte)), 'a mark that is cleared is not read');
        }
        const cleared = set.reduce((one, { clear }) => arch[clear](one), pte);
        demand(cleared === fresh, 'without its marks a swap entry is as it was');
      }
      demand(
        arch.pteSwpExclusive(arch.pteSwpMkexclusive(fresh)) === arch.hasSwpExclusive,
        'there is an exclusive mark if the architecture says so',
      );
    }
  }
}

function swapEntryTests(arch: Architecture, pte: Pte, entry: SwapEntry, demand: Demand): void {
  demand(arch.isSwapPte(pte), 'a swap entry is one');
  demand(!arch.ptePresent(pte) && !arch.pteNone(pte), 'a swap entry is neither present nor none');
  demand(!arch.walkerPermits(pte, false), 'the hardware faults on a swap entry');
  demand(arch.pteToSwpEntry(pte) === entry, 'type and offset come back');
}

/** pte_clear_tests(). */
function clearTests(arch: Architecture, demand: Demand): void {
  demand(arch.pteNone(arch.none), 'an empty entry is none');
  demand(!arch.ptePresent(arch.none), 'an empty entry is not present');
  demand(!arch.isSwapPte(arch.none), 'an empty entry is no swap entry');
  demand(!arch.walkerPermits(arch.none, false), 'the hardware faults on an empty entry');
}

/** pmd_populate_tests(), pmd_clear_tests(). */
function tableTests(arch: Architecture, demand: Demand): void {
  for (const { none = arch.none } of arch.levels.slice(0, -1)) {
    demand(arch.pmdNone(none), 'an empty entry above the last level is none');
  }
  for (const pfn of [1, 0x1234]) {
    demand(!arch.pmdNone(arch.mkTable(pfn)), 'an entry with a table is not none');
    demand(arch.tablePfn(arch.mkTable(pfn)) === pfn, 'the table comes back');
  }
}
