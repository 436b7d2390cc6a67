/**
 * Where the kernel sees physical memory: CAC_BASE, arch/mips/include/asm/mach-generic/spaces.h (v6.1). Bits
 * 59 to 61 are the cache attribute that entries have as well, _CACHE_CACHABLE_COW.
 */
export const CAC_BASE = 0xa800_0000_0000_0000n;

// What an empty entry points to: tables of empty entries in the kernel's image, which lies in CKSEG0;
// where in it is the linker's affair.
export const INVALID_PTE_TABLE = 0xffff_ffff_8100_0000n;
export const INVALID_PMD_TABLE = 0xffff_ffff_8101_0000n;
