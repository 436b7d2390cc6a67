export { DiskFile } from './disk-file.js';
export { FioLoad, type FioLoadRequest } from './fio-load.js';
export { fioDefaults, type FioJob } from './fio-job.js';
export {
  type Difference,
  differenceIn,
  type FioReport,
  isSound,
  type VmstatLine,
} from './fio-report.js';
export { explanation } from './explanation.js';
export type { HeldPage, OddPage } from './held-pages.js';
