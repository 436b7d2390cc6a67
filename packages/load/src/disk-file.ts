import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { UsageError } from '@pagerace/kernel';
import type { ByteString } from '@pagerace/page-model';

/** A file whose bytes stand for those of a block device. */
export class DiskFile {
  /** In bytes. */
  readonly size: number;
  readonly #file: number;

  /** @throws {UsageError} when it is missing, no file, or cannot be read, or written if it must be */
  constructor(path: string, use: 'read' | 'write') {
    try {
      this.#file = openSync(path, use === 'write' ? 'r+' : 'r');
    } catch (thrown) {
      throw new UsageError(`the device ${path} cannot be ${wordOf(use)}: ${reasonOf(thrown)}`);
    }
    const kind = fstatSync(this.#file);
    if (!kind.isFile() && !kind.isBlockDevice()) {
      this.close();
      const what = kind.isDirectory() ? 'a directory' : 'neither a file nor a block device';
      throw new UsageError(`the device ${path} is ${what}`);
    }
    this.size = kind.isFile() ? kind.size : sizeOfBlockDevice(this.#file);
  }

  read(offset: number, length: number): ByteString {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const more = readSync(this.#file, bytes, done, length - done, offset + done);
      if (more === 0)
        throw new UsageError(`the device ends at ${String(offset + done)}: it became shorter`);
      done += more;
    }
    return bytes.toString('latin1');
  }

  /** Writes all or throws. */
  write(offset: number, contents: ByteString): void {
    const bytes = Buffer.from(contents, 'latin1');
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#file, bytes, done, bytes.length - done, offset + done);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Its inode has no size: the last byte that can be read is looked for. */
function sizeOfBlockDevice(file: number): number {
  const byte = Buffer.alloc(1);
  const has = (offset: number): boolean => {
    try {
      return readSync(file, byte, 0, 1, offset) === 1;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, 1];
  while (has(high - 1)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}

function wordOf(use: 'read' | 'write'): string {
  return use === 'write' ? 'written' : 'read';
}

function reasonOf(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'its file system is read-only';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return message;
  }
}
