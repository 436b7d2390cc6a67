import { parentPort, workerData } from 'node:worker_threads';
import { ExplorationTasks, type Task, type WorkerData } from './exploration-tasks.js';

const port = parentPort!;
const tasks = await ExplorationTasks.load(workerData as WorkerData, (news) =>
  port.postMessage(news),
);
port.on('message', (task: Task) => port.postMessage(tasks.perform(task)));
