import { parentPort, workerData } from 'node:worker_threads';
import { judgeFile, type JudgeFileOptions } from '@pagerace/litmus';

// A file comes, and what became of it goes back.
parentPort!.on('message', (file: string) => {
  parentPort!.postMessage(judgeFile(file, workerData as JudgeFileOptions));
});
