/** Where the kernel sees physical memory: CACHE_BASE, arch/loongarch/include/asm/addrspace.h. */
export const CACHE_BASE = 0x9000_0000_0000_0000n;

// What an empty entry points to: tables of empty entries in the kernel's image, which lies from
// CACHE_BASE + 2 MiB on; where in it is the linker's affair. (Far from any frame that a model has.)
export const INVALID_PTE_TABLE = CACHE_BASE + 0x0100_0000n;
export const INVALID_PMD_TABLE = CACHE_BASE + 0x0101_0000n;
export const INVALID_PUD_TABLE = CACHE_BASE + 0x0102_0000n;
