import { injectable, token } from '@pagerace/di';

export const GUP_CONFIG = token<GupConfig>('gup.GupConfig');

/** How the kernel was configured. To be changed during set-up only. */
@injectable()
export class GupConfig {
  /** CONFIG_HAVE_FAST_GUP: without it lockless_pages_from_mm() finds nothing, and every page goes the slow way. */
  haveFastGup = true;
}
