import {
  type Architecture,
  type Pte,
  VM_EXEC,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';

const protections = [
  VM_READ,
  VM_READ | VM_EXEC,
  VM_READ | VM_WRITE,
  VM_READ | VM_WRITE | VM_SHARED,
] as const;

const modifiers = [
  'pteMkyoung',
  'pteMkold',
  'pteMkdirty',
  'pteMkclean',
  'pteMkwrite',
  'pteWrprotect',
] as const;

/**
 * What the kernel takes for granted of entries for huge pages, as pmd_basic_tests(), pmd_thp_tests() and
 * pmd_populate_tests() of mm/debug_vm_pgtable.c check it (v6.3). For architectures that have such pages.
 *
 * @returns what does not hold, in words; empty if all does
 */
export function debugVmPgtableHuge(arch: Architecture): readonly string[] {
  const broken = new Set<string>();
  const demand = (holds: boolean, what: string): void => {
    if (!holds) broken.add(what);
  };
  const above = arch.levels.at(-2)!;
  const none = above.none ?? arch.none;
  demand(arch.pmdNone(none) && !arch.pmdPresent(none), 'what is none is not present');
  demand(!arch.pmdTransHuge(none), 'what is none maps no huge page');
  const span = 2 ** (above.shift - arch.pageShift);
  for (const pfn of [1, 3, 0x12].map((nth) => nth * span)) {
    const table = arch.mkTable(pfn + 1);
    demand(arch.pmdPresent(table) && !arch.pmdNone(table), 'a table is present');
    demand(!arch.pmdTransHuge(table), 'a table is no huge page');
    demand(arch.tablePfn(table) === pfn + 1, 'a table is found again');
    for (const protection of protections) {
      const fresh = arch.pfnPte(pfn, arch.vmGetPageProt(protection));
      for (const one of modifiers) {
        for (const other of modifiers) hugeTests(arch, arch[other](arch[one](fresh)), demand);
      }
    }
  }
  return [...broken];
}

function hugeTests(
  arch: Architecture,
  pte: Pte,
  demand: (holds: boolean, what: string) => void,
): void {
  const pmd = arch.pteHugePmd(pte);
  demand(arch.pmdTransHuge(pmd), 'pmd_mkhuge() makes huge');
  demand(arch.pmdPresent(pmd) && !arch.pmdNone(pmd), 'a huge page is present');
  const back = arch.pmdPte(pmd);
  demand(arch.pteHugePmd(back) === pmd, 'pmd_pte() loses nothing');
  demand(arch.ptePresent(back) && arch.ptePfn(back) === arch.ptePfn(pte), 'the frame number stays');
  demand(arch.pteYoung(back) === arch.pteYoung(pte), 'young stays');
  demand(arch.pteDirty(back) === arch.pteDirty(pte), 'dirty stays');
  demand(arch.pteWrite(back) === arch.pteWrite(pte), 'write stays');
  for (const write of [false, true]) {
    demand(
      arch.pteAccessPermitted(back, write) === arch.pteAccessPermitted(pte, write),
      'what is permitted stays',
    );
    demand(
      arch.walkerPermits(back, write) === arch.walkerPermits(pte, write),
      'what the walker permits stays',
    );
  }
}
