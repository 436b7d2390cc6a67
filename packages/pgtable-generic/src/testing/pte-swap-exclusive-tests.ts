import { type Architecture, swpEntry, VM_READ } from '@pagerace/page-model';

/**
 * pte_swap_exclusive_tests() of mm/debug_vm_pgtable.c as it came in v5.19: marks an entry that maps a page. It does not
 * notice a bit that type or offset of a swap entry need, too.
 *
 * @returns what does not hold, in words; empty if all does
 */
export function pteSwapExclusiveTestsOfV519(arch: Architecture, pfn: number): readonly string[] {
  // #ifdef __HAVE_ARCH_PTE_SWP_EXCLUSIVE
  if (!arch.hasSwpExclusive) return [];
  const marked = arch.pteSwpMkexclusive(arch.pfnPte(pfn, arch.vmGetPageProt(VM_READ)));
  return broken([
    [arch.pteSwpExclusive(marked), 'v5.19: an entry that is marked exclusive is exclusive'],
    [
      !arch.pteSwpExclusive(arch.pteSwpClearExclusive(marked)),
      'v5.19: an entry whose mark is cleared is not exclusive',
    ],
  ]);
}

/**
 * The same as of v6.3, when every architecture got the bit: marks a swap entry in which every bit of type and offset
 * is set, so that the bit must be one that nothing else needs.
 *
 * @param widest the widest swap type and offset that entries have room for
 */
export function pteSwapExclusiveTests(
  arch: Architecture,
  { swapType, swapOffset }: { readonly swapType: number; readonly swapOffset: number },
): readonly string[] {
  if (!arch.hasSwpExclusive) return [];
  const entry = swpEntry(swapType, swapOffset);
  const fresh = arch.swpEntryToPte(entry);
  const marked = arch.pteSwpMkexclusive(fresh);
  const cleared = arch.pteSwpClearExclusive(marked);
  return broken([
    [!arch.pteSwpExclusive(fresh), 'v6.3: a swap entry starts unmarked'],
    [arch.pteSwpExclusive(marked), 'v6.3: a swap entry that is marked exclusive is exclusive'],
    [!arch.pteSwpSoftDirty(marked), 'v6.3: the exclusive mark is no soft-dirty mark'],
    [!arch.pteSwpExclusive(cleared), 'v6.3: a swap entry whose mark is cleared is not exclusive'],
    [
      [fresh, marked, cleared].every((pte) => arch.isSwapPte(pte)),
      'v6.3: a swap entry is one with the exclusive mark and without',
    ],
    [
      [fresh, marked, cleared].every((pte) => arch.pteToSwpEntry(pte) === entry),
      'v6.3: type and offset come back with the exclusive mark and without',
    ],
  ]);
}

function broken(demands: readonly (readonly [holds: boolean, what: string])[]): readonly string[] {
  return demands.filter(([holds]) => !holds).map(([, what]) => what);
}
