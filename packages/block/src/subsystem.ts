import type { Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import { bioPageReferences } from './bio-page-references.js';
import { BIO_PAGES, BioPages } from './bio-pages.js';
import { BlockDirectIo } from './block-direct-io.js';
import { DIRECT_IO } from './direct-io.js';
import { directIoDirtying } from './direct-io-dirtying.js';
import { DIRECT_IO_PROBE, NoProbe } from './direct-io-probe.js';

export const blockHistories: readonly History[] = [bioPageReferences, directIoDirtying];

/** Binds direct I/O, with the rules of the oldest kernel that is modelled. */
export function blockSubsystem(wiring: Wiring): void {
  wiring.bind(DIRECT_IO, BlockDirectIo).bind(BIO_PAGES, BioPages).bind(DIRECT_IO_PROBE, NoProbe);
  bindOldest(wiring, blockHistories);
}
