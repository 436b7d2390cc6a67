import { expect, test } from 'vitest';
import {
  cell,
  rawReadSeqcount,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  readOnce,
  readSeqcountBegin,
  readSeqcountRetry,
  Seqcount,
  writeOnce,
} from '../src/index.js';
import { outcomes } from './program.js';

function readPair(begin: (seqcount: Seqcount) => number) {
  return outcomes((machine) => {
    const seqcount = new Seqcount('seq');
    const [a, b] = [cell(0, 'a'), cell(0, 'b')];
    machine.cpu(0).run('writer', () => {
      rawWriteSeqcountBegin(seqcount);
      writeOnce(a, 1);
      writeOnce(b, 1);
      rawWriteSeqcountEnd(seqcount);
    });
    machine.cpu(1).run('reader', () => {
      const start = begin(seqcount);
      if (start % 2 === 1) return 'busy';
      const pair = `${String(readOnce(a))}${String(readOnce(b))}`;
      return readSeqcountRetry(seqcount, start) ? 'retry' : pair;
    });
  }).map((outcome) => outcome.replace('writer=undefined reader=', ''));
}

test('a reader that need not retry has seen all of a section or nothing', () => {
  expect(readPair(rawReadSeqcount)).toEqual(['00', '11', 'busy', 'retry']);
});

test('read_seqcount_begin() waits until no writer is active', () => {
  expect(readPair(readSeqcountBegin)).toEqual(['00', '11', 'retry']);
});
