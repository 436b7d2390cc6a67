import { injectable, token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import {
  awaitsWriteFault,
  type Memory,
  PageAnon,
  PageAnonExclusive,
  type Pte,
  type Vma,
} from '@pagerace/page-model';

export const CHANGE_WRITABLE = token<ChangeWritable>('mprotect.ChangeWritable', {
  providedBy: ['@pagerace/mprotect'],
});

export const CHANGE_HUGE_WRITABLE = token<ChangeWritable>('mprotect.ChangeHugeWritable', {
  providedBy: ['@pagerace/mprotect'],
});

/** The seam of can_change_pte_writable(): whether an entry is made writable without a write fault. */
export interface ChangeWritable {
  /** @param pte write-protected, in a private mapping that may be written to. Hold the PTL */
  canChangePteWritable(memory: Memory, vma: Vma, pte: Pte): boolean;
}

/** Never: the next write faults. To v5.19. */
@injectable()
export class NeverChangeWritable implements ChangeWritable {
  canChangePteWritable(): boolean {
    return false;
  }
}

/** If the page is exclusive, as the write fault would reuse it then; but not where that fault is waited for. v6.2. */
@injectable()
export class ChangeExclusiveWritable implements ChangeWritable {
  canChangePteWritable(memory: Memory, vma: Vma, pte: Pte): boolean {
    const { arch } = memory;
    if (awaitsWriteFault(vma, pte) || arch.pteSpecial(pte)) return false;
    const page = memory.pageAt(arch.ptePfn(pte));
    return PageAnon(page) && PageAnonExclusive(page);
  }
}

/** The same of what is dirty already. v6.0. */
@injectable()
export class ChangeDirtyWritable extends ChangeExclusiveWritable {
  override canChangePteWritable(memory: Memory, vma: Vma, pte: Pte): boolean {
    return memory.arch.pteDirty(pte) && super.canChangePteWritable(memory, vma, pte);
  }
}

export const mprotectDirtyExclusive = commit({
  id: 'mprotect-dirty-exclusive',
  title:
    'mm/mprotect: try avoiding write faults for exclusive anonymous pages when changing protection',
  commit: '64fe24a3e05e',
  since: 'v6.0',
});

export const mprotectCleanExclusive = commit({
  id: 'mprotect-clean-exclusive',
  title: 'mm/mprotect: allow clean exclusive anon pages to be writable',
  commit: 'd84887739d5c',
  since: 'v6.2',
});

/** Read in v4.12, v5.17-rc5, v6.0-rc1, v6.1-rc7 and v6.3.8. */
export const changeWritable = history(CHANGE_WRITABLE, 'mm/mprotect.c:can_change_pte_writable()', [
  asOf('v4.12', NeverChangeWritable),
  since(mprotectDirtyExclusive, ChangeDirtyWritable),
  since(mprotectCleanExclusive, ChangeExclusiveWritable),
]);

export const mprotectHugeExclusive = commit({
  id: 'mprotect-huge-exclusive',
  title: 'mm/huge_memory: try avoiding write faults when changing PMD protection',
  commit: 'c27f479ef542',
  since: 'v6.2',
});

export const changeHugeWritable = history(
  CHANGE_HUGE_WRITABLE,
  'mm/huge_memory.c:can_change_pmd_writable()',
  [asOf('v4.12', NeverChangeWritable), since(mprotectHugeExclusive, ChangeExclusiveWritable)],
);
