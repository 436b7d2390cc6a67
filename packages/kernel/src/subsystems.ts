import { blockSubsystem } from '@pagerace/block';
import { type Wiring } from '@pagerace/di';
import { faultSubsystem } from '@pagerace/fault';
import { forkSubsystem } from '@pagerace/fork';
import { gupSubsystem } from '@pagerace/gup';
import { khugepagedSubsystem } from '@pagerace/khugepaged';
import { madviseSubsystem } from '@pagerace/madvise';
import {
  keptByLocks,
  Memory,
  MEMORY,
  PTE_MAP_RULE,
  RADIX_COLLAPSE_FLUSH,
  RISCV_COLLAPSE_FLUSH,
  TLB,
  Tlb,
  USER_ACCESS,
  UserAccess,
} from '@pagerace/page-model';
import { rmapSubsystem } from '@pagerace/rmap';
import { swapSubsystem } from '@pagerace/swap';
import { vmscanSubsystem } from '@pagerace/vmscan';

/** Binds what one package has to its tokens. */
type Subsystem = (wiring: Wiring) => void;

const pageModel: Subsystem = (wiring) => {
  wiring
    .bind(MEMORY, Memory)
    .bindValue(PTE_MAP_RULE, keptByLocks)
    .bind(TLB, Tlb)
    .bind(USER_ACCESS, UserAccess)
    .bindValue(RADIX_COLLAPSE_FLUSH, { serializesAgainstLookups: true })
    .bindValue(RISCV_COLLAPSE_FLUSH, { isOfWholeMm: false });
};

/**
 * The kernel that patches are applied to: every subsystem as in the oldest version that is modelled.
 * A subsystem's package exports a function that binds its tokens; here is the list of them.
 */
export const subsystems: readonly Subsystem[] = [
  pageModel,
  swapSubsystem,
  rmapSubsystem,
  faultSubsystem,
  gupSubsystem,
  vmscanSubsystem,
  blockSubsystem,
  madviseSubsystem,
  forkSubsystem,
  khugepagedSubsystem,
];
