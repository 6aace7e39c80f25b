const json = (esdb, n = 1, type = 'counted') => esdb.jsonEvent({ type, data: { n } });
const fill = (client, esdb, s, count) =>
  client.appendToStream(
    s,
    Array.from({ length: count }, (_, n) => json(esdb, n)),
  );
const revisions = async (reading) => {
  const out = [];
  for await (const e of reading) out.push(e.event?.revision);
  return out;
};

export default {
  async 'delete, then append again'({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 3);
    await step('delete at a wrong revision', () => client.deleteStream(s, { expectedRevision: 9n }));
    await step('delete', async () => {
      const r = await client.deleteStream(s, { expectedRevision: 2n });
      return Object.keys(r);
    });
    await step('read', () => revisions(client.readStream(s)));
    await step(
      'append with no_stream',
      async () => (await client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' })).nextExpectedRevision,
    );
    await step('append with any', async () => (await client.appendToStream(s, json(esdb))).nextExpectedRevision);
    await step('read again', () => revisions(client.readStream(s)));
    await step('metadata afterwards', async () => {
      const m = await client.getStreamMetadata(s);
      return { metadata: m.metadata };
    });
  },
  async 'delete a missing stream'({ client, step, stream }) {
    await step('any', async () => Object.keys(await client.deleteStream(stream('a'))));
    await step('no stream', async () =>
      Object.keys(await client.deleteStream(stream('c'), { expectedRevision: 'no_stream' })),
    );
  },
  async 'append to a deleted stream at its old revision'({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 3);
    await client.deleteStream(s);
    await step(
      'at 2',
      async () => (await client.appendToStream(s, json(esdb), { expectedRevision: 2n })).nextExpectedRevision,
    );
  },
  async tombstone({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 2);
    await step('wrong revision', () => client.tombstoneStream(s, { expectedRevision: 5n }));
    await step('tombstone', async () => Object.keys(await client.tombstoneStream(s, { expectedRevision: 1n })));
    await step('read', () => revisions(client.readStream(s)));
    await step('append', () => client.appendToStream(s, json(esdb)));
    await step('append, unary', () =>
      client.appendToStream(s, json(esdb), { credentials: { username: 'admin', password: 'changeit' } }),
    );
    await step('delete', () => client.deleteStream(s));
    await step('tombstone again', () => client.tombstoneStream(s));
    await step('tombstone a missing stream', async () => Object.keys(await client.tombstoneStream(stream('missing'))));
  },
  async 'stream metadata'({ client, esdb, step, stream }) {
    const s = stream();
    await step('none yet', async () => {
      const m = await client.getStreamMetadata(s);
      return { metadata: m.metadata };
    });
    await step(
      'set',
      async () =>
        (
          await client.setStreamMetadata(s, {
            maxCount: 3,
            maxAge: 3600,
            truncateBefore: 2,
            cacheControl: 15,
            owner: 'x',
            acl: { readRoles: '$all' },
          })
        ).nextExpectedRevision,
    );
    await step('get', async () => {
      const m = await client.getStreamMetadata(s);
      return { metadata: m.metadata, deleted: m.streamDeleted };
    });
    await step('set at a wrong revision', () => client.setStreamMetadata(s, { maxCount: 4 }, { expectedRevision: 9n }));
    await step('the metadata event', async () => {
      for await (const e of client.readStream('$$' + s))
        return { type: e.event.type, data: e.event.data, isJson: e.event.isJson };
    });
  },
  async retention({ client, esdb, step, stream }) {
    const s = stream();
    await fill(client, esdb, s, 10);
    await client.setStreamMetadata(s, { maxCount: 4 });
    await step('maxCount 4', () => revisions(client.readStream(s)));
    await step('maxCount 4, from 2', () => revisions(client.readStream(s, { fromRevision: 2n })));
    await client.setStreamMetadata(s, { truncateBefore: 8 });
    await step('truncateBefore 8', () => revisions(client.readStream(s)));
    await step('truncateBefore 8, backwards', () =>
      revisions(client.readStream(s, { direction: 'backwards', fromRevision: 'end' })),
    );
    await client.setStreamMetadata(s, { maxAge: 1 });
    while ((await revisions(client.readStream(s))).length > 0);
    await step('maxAge 1 s, after 2.5 s', () => revisions(client.readStream(s)));
    await step(
      'append after everything expired',
      async () => (await client.appendToStream(s, json(esdb), { expectedRevision: 9n })).nextExpectedRevision,
    );
  },
};
