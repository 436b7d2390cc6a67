import { injectable } from '@pagerace/di';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { definePatch } from '@pagerace/kernel';

/** What was found once is taken for granted. */
@injectable()
export class NoRecheck implements GupFastRecheck {
  isUnchanged(): boolean {
    return true;
  }
}

/** Of no kernel: asks where the second look matters. */
export const gupFastNoRecheck = definePatch({
  id: 'gup-fast-no-recheck',
  title: 'What if GUP-fast looked at no entry again',
  supersedes: ['gup-fast-recheck-pmd'],
  provides: [{ token: GUP_FAST_RECHECK, useClass: NoRecheck }],
});
