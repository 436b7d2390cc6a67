import { token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';

export const MIRROR_RULE = token<MirrorRule>('hmm.MirrorRule', { providedBy: ['@pagerace/hmm'] });

/** What a driver keeps to, in every release. Documentation/mm/hmm.rst asks for both. */
export interface MirrorRule {
  /** Its callback returns when the device has stopped. */
  readonly waits: boolean;
  /** It asks, under its lock, whether what it has read of the page table still holds. */
  readonly retries: boolean;
}

export const mirrorWithoutWait = unmerged({
  id: 'mirror-without-wait',
  title: 'A driver whose notifier does not wait until the device has stopped',
});

export const mirrorWithoutRetry = unmerged({
  id: 'mirror-without-retry',
  title: 'A driver that does not look whether its range was invalidated meanwhile',
});

export const mirrorRule = history(MIRROR_RULE, 'lib/test_hmm.c:dmirror_range_fault()', [
  asOf('v4.4', { waits: true, retries: true }),
  asked(mirrorWithoutWait, { waits: false, retries: true }),
  asked(mirrorWithoutRetry, { waits: true, retries: false }),
]);
