export { Bio, type BioVec, Dio } from './bio.js';
export { BIO_PAGE_REFERENCES, type BioPageReferences, bioPinPages } from './bio-page-references.js';
export { BIO_PAGES, BioPages, gupFlagsOf } from './bio-pages.js';
export { BIO_MAX_VECS, BlockDevice, type BlockDeviceOptions } from './block-device.js';
export { DIRECT_IO, type DirectIo, type Transfer } from './direct-io.js';
export {
  DIRECT_IO_DIRTYING,
  type DirectIoDirtying,
  dirtyBeforeSubmit,
} from './direct-io-dirtying.js';
export { DIRECT_IO_PROBE, type DirectIoProbe, NoProbe } from './direct-io-probe.js';
export { blockHistories, blockSubsystem } from './subsystem.js';
