import { inject, injectable, token } from '@pagerace/di';
import { kernelFunction } from '@pagerace/machine';
import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { type Half, PageDirty } from '@pagerace/page-model';
import type { Bio } from './bio.js';
import type { Transfer } from './direct-io.js';

export const BIO_PAGES = token<BioPages>('block.BioPages', { providedBy: ['@pagerace/block'] });

const bothHalves: readonly Half[] = ['lo', 'hi'];

/** What block/bio.c does with the pages of a request. */
@injectable()
export class BioPages {
  constructor(@inject(GET_USER_PAGES) protected readonly gup: GetUserPages) {}

  /** Fills a request with the pages from the nth of a transfer on. */
  @kernelFunction('block/bio.c')
  bioIovIterGetPages(bio: Bio, { mm, buffer, pages, half }: Transfer, nth = 0): void {
    const start = buffer + nth * mm.memory.pageSize;
    const count = Math.min(pages - nth, bio.device.maxVecs);
    const got = this.gup.getUserPagesFast(mm, start, count, gupFlagsOf(bio));
    bio.ioVec.write(
      got.map((page) => ({
        page,
        halves: half === undefined ? bothHalves : [half],
        generation: page.allocation.check('I/O reference to'),
      })),
    );
  }

  /** The device is going to write to the pages, past the page tables and their dirty bits. */
  @kernelFunction('block/bio.c')
  bioSetPagesDirty(bio: Bio): void {
    for (const { page } of bio.ioVec.read()) this.gup.setPageDirtyLock(page);
  }

  /** The request does not need its pages any more. */
  @kernelFunction('block/bio.c')
  bioReleasePages(bio: Bio, markDirty: boolean): void {
    for (const { page } of bio.ioVec.read()) {
      // Dirty first, the reference after it: whoever sees no reference any more also sees that the
      // page is dirty.
      if (markDirty) this.gup.setPageDirtyLock(page);
      this.gup.release(page, gupFlagsOf(bio));
    }
  }

  /**
   * Called by an interrupt for a read whose pages were made dirty before it was submitted: releases
   * them, unless somebody has cleaned one meanwhile. It must not wait for the page lock.
   *
   * @returns whether it did; if not, {@link bioDirtyFn} is to do so in a process's context
   */
  @kernelFunction('block/bio.c')
  bioCheckPagesDirty(bio: Bio): boolean {
    if (!bio.ioVec.read().every(({ page }) => PageDirty(page))) return false;
    this.bioReleasePages(bio, false);
    return true;
  }

  /** The work of bio_dirty_work. */
  @kernelFunction('block/bio.c')
  bioDirtyFn(bio: Bio): void {
    this.bioReleasePages(bio, true);
  }
}

/** The flags with which a request's pages are got, and given back. */
export function gupFlagsOf({ op, pinned }: Bio): GupFlags {
  return { write: op === 'read', pin: pinned };
}
