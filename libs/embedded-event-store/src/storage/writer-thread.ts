// The entry point of the writer's thread.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { openForWriting } from './open.js';
import { WriteModel } from './write-model.js';
import type { WriteBatch } from './write-protocol.js';
import { messageOf } from './message-of.js';

const port = parentPort;
if (!port) throw new Error('this runs in a worker only');

const answer = (model: WriteModel, batch: WriteBatch): void => {
  const reply = model.apply(batch);
  const transfer = reply.ok ? [reply.bytes, reply.figures.buffer] : [reply.bytes];
  port.postMessage(reply, transfer);
};

try {
  const db: DatabaseSync = openForWriting((workerData as { file: string }).file);
  const model = new WriteModel(db);
  port.on('message', (message: WriteBatch | 'close') => {
    if (message !== 'close') return answer(model, message);
    db.close();
    port.close();
  });
  port.postMessage({ ready: true, end: model.end });
} catch (error) {
  port.postMessage({ ready: false, message: messageOf(error) });
  port.close();
}
