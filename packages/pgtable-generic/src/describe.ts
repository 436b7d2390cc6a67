import {
  type Architecture,
  isMigrationEntry,
  isReadableMigrationEntry,
  isWritableMigrationEntry,
  type Pte,
  type SwapEntry,
  swpOffset,
  swpType,
} from '@pagerace/page-model';

/** An entry of the last level in words: `none`, `pfn 1 young dirty write`, `swap 0:17 exclusive`. */
export function describePte(arch: Architecture, pte: Pte): string {
  if (arch.pteNone(pte)) return 'none';
  if (arch.isSwapPte(pte)) {
    const entry = arch.pteToSwpEntry(pte);
    if (isMigrationEntry(entry)) return describeMigrationEntry(entry);
    const slot = `swap ${String(swpType(entry))}:${String(swpOffset(entry))}`;
    return arch.pteSwpExclusive(pte) ? `${slot} exclusive` : slot;
  }
  const words = [`pfn ${String(arch.ptePfn(pte))}`];
  if (arch.pteProtnone(pte)) words.push('protnone');
  if (arch.pteSpecial(pte)) words.push('special');
  words.push(arch.pteYoung(pte) ? 'young' : 'old', arch.pteDirty(pte) ? 'dirty' : 'clean');
  words.push(arch.pteWrite(pte) ? 'write' : 'read-only');
  return words.join(' ');
}

/** `migration of pfn 1, write`. */
function describeMigrationEntry(entry: SwapEntry): string {
  const kind = isWritableMigrationEntry(entry)
    ? 'write'
    : isReadableMigrationEntry(entry)
      ? 'read'
      : 'read, exclusive';
  return `migration of pfn ${String(swpOffset(entry))}, ${kind}`;
}
