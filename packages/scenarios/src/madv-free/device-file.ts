import { readFileSync } from 'node:fs';
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
    bytes = readFileSync(path);
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
