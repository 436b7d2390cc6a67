import { type Pte, VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from '@pagerace/page-model';
import type { ProtectionMap } from './layout.js';

/**
 * vm_get_page_prot(), from an architecture's protection_map. Write-only means read and write, and
 * execute-only read and execute, also where it does not: the one on MIPS, the other on RISC-V and
 * powerpc radix, both on Nios II (v6.1).
 */
export function protectionOf(map: ProtectionMap, vmFlags: number): Pte {
  const has = (flag: number): boolean => (vmFlags & flag) !== 0;
  if (!has(VM_READ | VM_WRITE | VM_EXEC)) return map.none;
  if (has(VM_SHARED) && has(VM_WRITE)) return has(VM_EXEC) ? map.writeExecute : map.write;
  return has(VM_EXEC) ? map.execute : map.read;
}
