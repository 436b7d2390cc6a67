import type { Wiring } from '@pagerace/di';
import { BIO_PAGE_REFERENCES } from './bio-page-references.js';
import { BIO_PAGES, BioPages } from './bio-pages.js';
import { BlockDirectIo } from './block-direct-io.js';
import { DIRECT_IO } from './direct-io.js';
import { DIRECT_IO_DIRTYING } from './direct-io-dirtying.js';
import { DIRECT_IO_PROBE, NoProbe } from './direct-io-probe.js';

/** Binds direct I/O, with the rules of the oldest kernel that is modelled. */
export function blockSubsystem(wiring: Wiring): void {
  wiring
    .bind(DIRECT_IO, BlockDirectIo)
    .bind(BIO_PAGES, BioPages)
    .bind(DIRECT_IO_PROBE, NoProbe)
    .bindValue(BIO_PAGE_REFERENCES, { pin: false })
    .bindValue(DIRECT_IO_DIRTYING, { beforeSubmit: false });
}
