import { token } from '@pagerace/di';
import type { Half, Mm, VirtualAddress } from '@pagerace/page-model';
import type { Dio } from './bio.js';
import type { BlockDevice } from './block-device.js';

export const DIRECT_IO = token<DirectIo>('block.DirectIo', { providedBy: ['@pagerace/block'] });

/** A transfer between a device that was opened with O_DIRECT and a process's memory. */
export interface Transfer {
  readonly device: BlockDevice;
  readonly mm: Mm;
  /** Where in the process's memory, on a page boundary. */
  readonly buffer: VirtualAddress;
  readonly pages: number;
  /** Of each page the half that is transferred, as of a few sectors. Default both. */
  readonly half?: Half;
  /** Which page of the device is the first. Default 0. */
  readonly sector?: number;
}

/** Direct I/O: the device transfers to and from the pages of the process itself. */
export interface DirectIo {
  /** read(2): returns when the data is there. */
  read(transfer: Transfer): void;
  /** write(2). */
  write(transfer: Transfer): void;
  /** io_submit(2) of a read: returns at once. */
  submitRead(transfer: Transfer): Dio;
  /** The same of a write. */
  submitWrite(transfer: Transfer): Dio;
  /** io_getevents(2): waits for what {@link submitRead} or {@link submitWrite} began. */
  awaitEnd(dio: Dio): void;
  /** read(2) of a file on a file system that uses iomap (fs/iomap/direct-io.c). */
  iomapRead(transfer: Transfer): void;
}
