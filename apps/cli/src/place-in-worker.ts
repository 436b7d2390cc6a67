import { type InspectorNotification, type NodeWorker, Session } from 'node:inspector';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';

/** A file of pagerace itself, in the repository or installed. */
const own = /\/(?:packages|apps|@pagerace)\/[\w-]+\/(?:src|dist)\//;

const parsed = /^\{"method":"Debugger\.scriptParsed","params":\{"scriptId":"(\d+)","url":"([^"]*)"/;

interface Paused {
  readonly params?: {
    readonly callFrames: readonly {
      readonly location: { readonly scriptId: string; readonly lineNumber: number };
    }[];
  };
}

/**
 * The line that a worker is at, by a debugger that stops it there: `FILE:LINE`, of a plug-in if one of its
 * functions is running. Undefined where nothing is found out in time.
 */
export async function placeIn(worker: Worker, milliseconds = 30_000): Promise<string | undefined> {
  const urls = new Map<string, string>();
  const session = new Session();
  let timer: NodeJS.Timeout | undefined;
  try {
    session.connect();
    return await new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), milliseconds);
      const send = (sessionId: string, id: number, method: string): void =>
        session.post('NodeWorker.sendMessageToWorker', {
          sessionId,
          message: JSON.stringify({ id, method }),
        });
      session.on(
        'NodeWorker.attachedToWorker',
        ({ params }: InspectorNotification<NodeWorker.AttachedToWorkerEventDataType>) => {
          if (/\d+/.exec(params.workerInfo.title)?.[0] !== String(worker.threadId)) return;
          send(params.sessionId, 1, 'Debugger.enable');
          send(params.sessionId, 2, 'Debugger.pause');
        },
      );
      session.on(
        'NodeWorker.receivedMessageFromWorker',
        ({ params }: InspectorNotification<NodeWorker.ReceivedMessageFromWorkerEventDataType>) => {
          // There are hundreds of scripts, of each of which only this much is needed.
          const [, script, url] = parsed.exec(params.message) ?? [];
          if (script !== undefined) urls.set(script, url!);
          if (!params.message.startsWith('{"method":"Debugger.paused"')) return;
          // A thread that is stopped by a debugger cannot be ended.
          send(params.sessionId, 3, 'Debugger.disable');
          session.post('NodeWorker.detach', { sessionId: params.sessionId });
          resolve(placeOf(JSON.parse(params.message) as Paused, urls));
        },
      );
      session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    });
  } catch {
    // A process that somebody else debugs may allow no second session; the place is only help.
    return undefined;
  } finally {
    clearTimeout(timer);
    session.disconnect();
  }
}

function placeOf({ params }: Paused, urls: ReadonlyMap<string, string>): string | undefined {
  const lines = params?.callFrames.map(({ location: { scriptId, lineNumber } }) => ({
    url: urls.get(scriptId) ?? '',
    line: lineNumber + 1,
  }));
  const frames = lines?.filter(({ url }) => url.startsWith('file:')) ?? [];
  const frame = frames.find(({ url }) => !own.test(url)) ?? frames[0];
  if (frame === undefined) return undefined;
  const path = fileURLToPath(frame.url);
  const short = relative('.', path);
  const file = short.startsWith('..') ? path.replace(/^\/.*\//, '') : short;
  return `${file}:${String(frame.line)}`;
}
