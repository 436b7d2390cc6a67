import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { UsageError } from '@pagerace/kernel';
import { REPRODUCER_PAGES } from './reproducer.js';

const PAGE_SIZE = 4096;

/**
 * The bytes of a file that stands for a block device.
 *
 * @throws {UsageError} when it cannot be read or is shorter than the pages that are read from it
 */
export function readDeviceFile(path: string, pages: number = REPRODUCER_PAGES): Uint8Array {
  let bytes: Uint8Array;
  try {
    const kind = statSync(path);
    if (!kind.isFile() && !kind.isBlockDevice() && !kind.isDirectory()) {
      throw new UsageError(`the device ${path} is neither a file nor a block device`);
    }
    bytes = readStart(path, pages * PAGE_SIZE);
  } catch (thrown) {
    if (isSystemError(thrown)) {
      throw new UsageError(`the device ${path} cannot be read: ${reasonOf(thrown)}`);
    }
    throw thrown;
  }
  if (bytes.length < pages * PAGE_SIZE) {
    throw new UsageError(
      `the device ${path} has ${String(bytes.length)} bytes; the program reads ${String(pages)} pages, ` +
        `${String(pages * PAGE_SIZE)} bytes`,
    );
  }
  return bytes;
}

/** The first `length` bytes of a file, or all that it has. */
function readStart(path: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    let read = 0;
    for (let more = -1; more !== 0 && read < length; read += more) {
      more = readSync(file, bytes, read, length - read, read);
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return message;
  }
}
