import { injectable } from '@pagerace/di';
import { GupConfig } from '@pagerace/gup';

/** How a kernel is configured for an architecture that has no GUP-fast. */
@injectable()
export class WithoutFastGup extends GupConfig {
  override haveFastGup = false;
}
