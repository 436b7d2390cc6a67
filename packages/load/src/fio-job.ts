import { UsageError } from '@pagerace/kernel';

/** A job as fio(1) takes it, with direct=1 and ioengine=libaio; and what is to go wrong in it. */
export interface FioJob {
  readonly rw: 'read' | 'write';
  /** Bytes of a request. */
  readonly blocksize: number;
  /** Bytes of the device that each job goes through, from its start, again and again. */
  readonly size: number;
  readonly numjobs: number;
  /** How many requests of a job are under way at the same time. */
  readonly iodepth: number;
  /** How many requests all jobs make together. */
  readonly requests: number;
  /** Before one request in so many the pages of its buffer are unmapped, so that GUP goes the slow way. 0: none. */
  readonly slow: number;
  /** In one request in so many another CPU makes the entry read-only between the pin and the second look. 0: none. */
  readonly backoffs: number;
  /** How many requests never give their pages back. */
  readonly leaks: number;
  /** Whether an entry of a huge page maps the buffers of a job. */
  readonly huge: boolean;
  /** Decides the order of everything. */
  readonly seed: number;
}

/** The job that the document of February 2019 tells of, but for the number of requests. */
export const fioDefaults: FioJob = {
  rw: 'read',
  blocksize: 4096,
  size: 0,
  numjobs: 1,
  iodepth: 64,
  requests: 100_000,
  slow: 0,
  backoffs: 0,
  leaks: 0,
  huge: false,
  seed: 1,
};

/** More pages than that are too many for the lists of the model. */
const maximumPages = 8192;

/**
 * Looks whether a job fits a device and an architecture.
 *
 * @param available the bytes of the device
 * @param hugePages how many pages an entry of a huge page maps
 * @returns the job, with the size that it is to have: all of the device in whole blocks, if none was given
 * @throws {UsageError}
 */
export function fittingJob(
  job: FioJob,
  { available, pageSize, hugePages }: { available: number; pageSize: number; hugePages: number },
): FioJob {
  const { backoffs, blocksize, huge, iodepth, leaks, numjobs, requests } = job;
  must(
    blocksize >= pageSize && blocksize % pageSize === 0,
    `the blocksize ${String(blocksize)} must be a multiple of the page size, ${String(pageSize)}`,
  );
  const size = job.size === 0 ? available - (available % blocksize) : job.size;
  must(
    size >= blocksize && size % blocksize === 0,
    job.size === 0
      ? `the device has ${String(available)} bytes, less than one block of ${String(blocksize)}`
      : `the size ${String(size)} must be a multiple of the blocksize, ${String(blocksize)}`,
  );
  must(
    size <= available,
    `the device has ${String(available)} bytes, and the job goes through ${String(size)}`,
  );
  const pages = numjobs * (iodepth * (blocksize / pageSize) + lostPages(job, pageSize));
  must(
    pages <= maximumPages,
    `${String(numjobs)} jobs of ${String(iodepth)} requests of ${String(blocksize)} bytes need ${String(pages)} pages; there are ${String(maximumPages)} at most`,
  );
  must(leaks <= requests, `${String(leaks)} of ${String(requests)} requests cannot leak`);
  if (!huge) return { ...job, size };
  must(
    pages / numjobs <= hugePages,
    `the buffers of a job have ${String(pages / numjobs)} pages, and a huge page has ${String(hugePages)}`,
  );
  must(
    job.slow === 0 && backoffs === 0,
    'huge entries stay as they are: give no --slow and no --backoffs',
  );
  return { ...job, size };
}

/** Pages that nobody gives back and that are unmapped in the end. */
export function lostPages({ blocksize, leaks, slow }: FioJob, pageSize: number): number {
  return slow === 0 ? 0 : leaks * (blocksize / pageSize);
}

function must(holds: boolean, message: string): void {
  if (!holds) throw new UsageError(message);
}
