const json = (esdb, n, type = 'counted') => esdb.jsonEvent({ type, data: { n }, metadata: { $correlationId: 'c', n } });
const fill = (client, esdb, s, count) =>
  client.appendToStream(
    s,
    Array.from({ length: count }, (_, n) => json(esdb, n)),
    { expectedRevision: 'no_stream' },
  );
const revisions = async (reading) => {
  const out = [];
  for await (const e of reading) out.push(e.event?.revision);
  return out;
};
const events = async (reading) => {
  const out = [];
  for await (const e of reading) out.push({ event: e.event, link: e.link, commitPosition: e.commitPosition });
  return out;
};

export default {
  async 'stream, both ways'({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 10);
    await step('all', () => revisions(client.readStream(s)));
    await step('forwards from 4, three', () => revisions(client.readStream(s, { fromRevision: 4n, maxCount: 3 })));
    await step('backwards from end, three', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 'end', maxCount: 3 })),
    );
    await step('backwards from 4', () => revisions(client.readStream(s, { direction: 'backwards', fromRevision: 4n })));
    await step('backwards from start', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 'start' })),
    );
    await step('forwards from end', () => revisions(client.readStream(s, { fromRevision: 'end' })));
    await step('forwards beyond the end', () => revisions(client.readStream(s, { fromRevision: 99n })));
    await step('backwards beyond the end', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 99n, maxCount: 2 })),
    );
    await step('one whole event', () => events(client.readStream(s, { maxCount: 1 })));
  },
  async 'a missing stream'({ client, step, stream }) {
    const s = stream();
    await step('forwards', () => revisions(client.readStream(s)));
    await step('backwards', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 'end', maxCount: 1 })),
    );
  },
  async 'payload kinds'({ client, esdb, step, stream }) {
    const s = stream();
    await client.appendToStream(s, [
      esdb.jsonEvent({ type: 'plain', data: { a: [1, null, 'x', { b: true }] } }),
      esdb.jsonEvent({ type: 'with-metadata', data: 'text', metadata: { k: 'v' } }),
      esdb.binaryEvent({ type: 'bytes', data: Uint8Array.from([0, 255, 1]), metadata: Uint8Array.from([9]) }),
    ]);
    await step('read', () => events(client.readStream(s)));
  },
  async 'all, forwards from a position'({ client, esdb, step, stream }) {
    const a = stream('a'),
      b = stream('b');
    await fill(client, esdb, a, 3);
    await fill(client, esdb, b, 2);
    const mine = async (options) => {
      const out = [];
      for await (const e of client.readAll(options))
        if (e.event && [a, b].includes(e.event.streamId)) out.push([e.event.streamId, e.event.revision]);
      return out;
    };
    let first;
    for await (const e of client.readStream(a, { maxCount: 1 })) first = e.event.position;
    await step('the first event has a position on a stream read', async () => first !== undefined);
    let from;
    for await (const e of client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 50 }))
      if (e.event?.streamId === a && e.event.revision === 0n) from = e.event.position;
    await step('inclusive from the first', () => mine({ fromPosition: from }));
    await step('backwards from the first is exclusive', () =>
      mine({ direction: 'backwards', fromPosition: from, maxCount: 5 }),
    );
    await step('backwards from end, newest first', () =>
      mine({ direction: 'backwards', fromPosition: 'end', maxCount: 5 }),
    );
    await step('positions grow', async () => {
      const seen = [];
      for await (const e of client.readAll({ fromPosition: from })) seen.push(e.event.position.commit);
      return seen.every((p, i) => i === 0 || p > seen[i - 1]);
    });
    await step('commit equals prepare', async () => {
      for await (const e of client.readAll({ fromPosition: from, maxCount: 1 }))
        return e.event.position.commit === e.event.position.prepare;
    });
    await step('append position equals read position', async () => {
      const s = stream('p');
      const { position } = await client.appendToStream(s, json(esdb, 1));
      for await (const e of client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 20 }))
        if (e.event?.streamId === s) return e.event.position.commit === position.commit;
    });
  },
  async links({ client, esdb, step, stream }) {
    const target = stream('target'),
      links = stream('links');
    await fill(client, esdb, target, 2);
    const link = (to) => ({
      id: crypto.randomUUID(),
      type: '$>',
      contentType: 'application/octet-stream',
      data: Buffer.from(to),
    });
    await step(
      'append links',
      async () =>
        (await client.appendToStream(links, [link(`1@${target}`), link(`0@${target}`), link(`7@${target}`)])).success,
    );
    await step('resolved', () => events(client.readStream(links, { resolveLinkTos: true })));
    await step('not resolved', () => events(client.readStream(links)));
  },
  async 'reading is cut short cleanly'({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 500);
    await step('first of 500', async () => {
      for await (const e of client.readStream(s)) return e.event.revision;
    });
    await step('still answers', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 'end', maxCount: 1 })),
    );
  },
};
