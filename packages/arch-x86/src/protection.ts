import { VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import {
  _PAGE_ACCESSED,
  _PAGE_NX,
  _PAGE_PRESENT,
  _PAGE_PROTNONE,
  _PAGE_RW,
  _PAGE_USER,
} from './bits.js';

/**
 * protection_map (arch/x86/mm/pgprot.c): a private writable mapping starts read-only, so that its first
 * write faults. Protections come accessed; PROT_NONE is global but not present.
 */
export function protectionOf(vmFlags: number): bigint {
  const has = (flag: number): boolean => (vmFlags & flag) !== 0;
  if (!has(VM_READ | VM_WRITE | VM_EXEC)) return _PAGE_PROTNONE | _PAGE_ACCESSED;
  const readOnly = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | (has(VM_EXEC) ? 0n : _PAGE_NX);
  return has(VM_SHARED) && has(VM_WRITE) ? readOnly | _PAGE_RW : readOnly;
}
