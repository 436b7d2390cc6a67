export { bit, type BitField, bits, maskOf, put, take } from './bit-field.js';
export { describePte } from './describe.js';
export { GenericPgtable } from './generic-pgtable.js';
export { InterruptFlush } from './interrupt-flush.js';
export type { ProtectionMap, PteLayout, SwapLayout } from './layout.js';
export { LocalFlush } from './local-flush.js';
export {
  PTE_SWP_EXCLUSIVE,
  type PteSwpExclusive,
  pteSwpExclusiveHistory,
} from './pte-swp-exclusive.js';
export { PmdpAsPtep } from './pmdp-as-ptep.js';
export { TRANSLATIONS, Translations } from './translations.js';
export { UndeferredFlush } from './undeferred-flush.js';
