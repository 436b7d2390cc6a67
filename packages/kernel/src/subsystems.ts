import { blockHistories, blockSubsystem } from '@pagerace/block';
import { cowHistories, cowSubsystem } from '@pagerace/cow';
import { daxHistories, daxSubsystem } from '@pagerace/dax';
import { type Wiring } from '@pagerace/di';
import { faultHistories, faultSubsystem } from '@pagerace/fault';
import { forkHistories, forkSubsystem } from '@pagerace/fork';
import { fsHistories, fsSubsystem } from '@pagerace/fs';
import { gupHistories, gupSubsystem } from '@pagerace/gup';
import { bindOldest, type History } from '@pagerace/history';
import { hmmHistories, hmmSubsystem } from '@pagerace/hmm';
import { khugepagedHistories, khugepagedSubsystem } from '@pagerace/khugepaged';
import { ksmHistories } from '@pagerace/ksm';
import { madviseSubsystem } from '@pagerace/madvise';
import { mprotectHistories, mprotectSubsystem } from '@pagerace/mprotect';
import { migrateHistories, migrateSubsystem } from '@pagerace/migrate';
import {
  gupCounters,
  Memory,
  MEMORY,
  pinCounting,
  pteMapRule,
  TLB,
  Tlb,
  USER_ACCESS,
  UserAccess,
} from '@pagerace/page-model';
import { rmapHistories, rmapSubsystem } from '@pagerace/rmap';
import { swapHistories, swapSubsystem } from '@pagerace/swap';
import { truncateHistories, truncateSubsystem } from '@pagerace/truncate';
import { userfaultfdHistories, userfaultfdSubsystem } from '@pagerace/userfaultfd';
import { vmscanHistories, vmscanSubsystem } from '@pagerace/vmscan';
import { writebackHistories, writebackSubsystem } from '@pagerace/writeback';

/** Binds what one package has to its tokens. */
type Subsystem = (wiring: Wiring) => void;

const pageModelHistories: readonly History[] = [pteMapRule, pinCounting, gupCounters];

const pageModel: Subsystem = (wiring) => {
  wiring.bind(MEMORY, Memory).bind(TLB, Tlb).bind(USER_ACCESS, UserAccess);
  bindOldest(wiring, pageModelHistories);
};

/**
 * Every subsystem, with each function as in the oldest version that is modelled. A subsystem's package
 * exports a function that binds its tokens, and the histories of its functions; here are the lists of them.
 */
export const subsystems: readonly Subsystem[] = [
  pageModel,
  swapSubsystem,
  rmapSubsystem,
  cowSubsystem,
  faultSubsystem,
  gupSubsystem,
  writebackSubsystem,
  fsSubsystem,
  vmscanSubsystem,
  blockSubsystem,
  madviseSubsystem,
  mprotectSubsystem,
  userfaultfdSubsystem,
  forkSubsystem,
  khugepagedSubsystem,
  migrateSubsystem,
  truncateSubsystem,
  hmmSubsystem,
  daxSubsystem,
];

export const subsystemHistories: readonly History[] = [
  ...pageModelHistories,
  ...swapHistories,
  ...rmapHistories,
  ...cowHistories,
  ...faultHistories,
  ...ksmHistories,
  ...faultHistories,
  ...gupHistories,
  ...writebackHistories,
  ...fsHistories,
  ...truncateHistories,
  ...vmscanHistories,
  ...blockHistories,
  ...mprotectHistories,
  ...userfaultfdHistories,
  ...forkHistories,
  ...khugepagedHistories,
  ...migrateHistories,
  ...hmmHistories,
  ...daxHistories,
];
