import { injectable, token } from '@pagerace/di';
import { asked, asOf, history, unmerged } from '@pagerace/history';
import { type Page, PageAnon, PageWriteback } from '@pagerace/page-model';
import type { GupFlags } from './gup-flags.js';

export const GUP_AND_WRITEBACK = token<GupAndWriteback>('gup.GupAndWriteback', {
  providedBy: ['@pagerace/gup'],
});

/** The seam of pages of files that are being written back when somebody asks for them, to write to them. */
export interface GupAndWriteback {
  /** Whether the page is not given out as it is. The caller has a reference. */
  refuses(page: Page, flags: GupFlags): boolean;
  /** Whether the fault that comes instead waits for the end of writeback, whatever the device needs. */
  readonly waits: boolean;
}

/** Every release: GUP never looks at PG_writeback. */
@injectable()
export class IgnoreWriteback implements GupAndWriteback {
  readonly waits: boolean = false;

  refuses(_page: Page, _flags: GupFlags): boolean {
    return false;
  }
}

/** A write fault comes instead, so that whoever asks waits as a store would have to. */
@injectable()
export class FaultUnderWriteback extends IgnoreWriteback {
  override readonly waits: boolean = true;

  override refuses(page: Page, { write }: GupFlags): boolean {
    return write === true && !PageAnon(page) && PageWriteback(page);
  }
}

/** The document's "GUP should never return pages that are under writeback". */
export const gupNotUnderWriteback = unmerged({
  id: 'gup-not-under-writeback',
  title: 'GUP returns no pages that are under writeback, and takes a write fault instead',
});

/** As before, but the fault waits only if the device needs stable pages; otherwise it is for nothing. */
@injectable()
export class FaultWithoutWait extends FaultUnderWriteback {
  override readonly waits = false;
}

export const gupNotUnderWritebackNoWait = unmerged({
  id: 'gup-not-under-writeback-no-wait',
  title: 'The same, and the write fault waits for stable pages only',
});

export const gupAndWriteback = history(GUP_AND_WRITEBACK, 'mm/gup.c:gup_pte_range()', [
  asOf('v4.12', IgnoreWriteback),
  asked(gupNotUnderWriteback, FaultUnderWriteback),
  asked(gupNotUnderWritebackNoWait, FaultWithoutWait),
]);
