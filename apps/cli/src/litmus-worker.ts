import { parentPort, workerData } from 'node:worker_threads';
import { judgeFile, type JudgeFileOptions } from '@pagerace/litmus';

// A file comes; that it has begun goes back, and what became of it.
parentPort!.on('message', (file: string) => {
  parentPort!.postMessage('begun');
  parentPort!.postMessage(judgeFile(file, workerData as JudgeFileOptions));
});
