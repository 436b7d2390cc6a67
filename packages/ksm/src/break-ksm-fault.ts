import { token } from '@pagerace/di';
import { asOf, commit, history, since } from '@pagerace/history';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE } from '@pagerace/page-model';

export const BREAK_KSM_FAULT = token<BreakKsmFault>('ksm.BreakKsmFault', {
  providedBy: ['@pagerace/fault'],
});

/** The seam of break_ksm(): which fault gives a process a page of its own. */
export interface BreakKsmFault {
  readonly flags: number;
}

export const breakKsmUnshare = commit({
  id: 'break-ksm-unshare',
  title: 'mm/ksm: fix KSM COW breaking with userfaultfd-wp via FAULT_FLAG_UNSHARE',
  commit: '6cce3314b928',
  since: 'v6.2',
});

/** Read in v4.12, v5.17, v6.1 and v6.4. */
export const breakKsmFault = history(BREAK_KSM_FAULT, 'mm/ksm.c:break_ksm()', [
  asOf('v4.12', { flags: FAULT_FLAG_WRITE }),
  since(breakKsmUnshare, { flags: FAULT_FLAG_UNSHARE }),
]);
