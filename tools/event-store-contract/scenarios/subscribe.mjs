const json = (esdb, n = 1, type = 'counted') => esdb.jsonEvent({ type, data: { n } });
const whenConfirmed = (subscription) => new Promise((resolve) => subscription.once('confirmation', resolve));

// Gathers what a subscription emits until done(seen) holds, or for so long that a server that is slow has had its time.
const gather = (subscription, done, ms = 50_000) =>
  new Promise((resolve) => {
    const seen = { confirmed: false, events: [], checkpoints: 0, caughtUp: 0, error: undefined, ended: false };
    const finish = async () => {
      clearTimeout(timer);
      await subscription.unsubscribe?.().catch(() => {});
      resolve(seen);
    };
    const timer = setTimeout(finish, ms);
    subscription.on('confirmation', () => {
      seen.confirmed = true;
    });
    subscription.on('caughtUp', () => {
      seen.caughtUp++;
      if (done(seen)) finish();
    });
    subscription.on('error', (e) => {
      seen.error = e;
      finish();
    });
    subscription.on('end', () => {
      seen.ended = true;
    });
    subscription.on('data', (e) => {
      seen.events.push(e.event?.revision);
      if (done(seen)) finish();
    });
  });

export default {
  async 'to a stream from start, live'({ client, esdb, step, stream }) {
    const s = stream();
    await client.appendToStream(s, [json(esdb), json(esdb)]);
    await step('history then live', async () => {
      const subscription = client.subscribeToStream(s, { fromRevision: 'start' });
      const gathered = gather(subscription, (x) => x.events.length === 4);
      await whenConfirmed(subscription);
      await client.appendToStream(s, [json(esdb), json(esdb)]);
      const { confirmed, events, error } = await gathered;
      return { confirmed, events, error };
    });
    await step('from end, live only', async () => {
      const subscription = client.subscribeToStream(s, { fromRevision: 'end' });
      const gathered = gather(subscription, (x) => x.events.length === 1);
      await whenConfirmed(subscription);
      await client.appendToStream(s, json(esdb));
      const { confirmed, events, error } = await gathered;
      return { confirmed, events, error };
    });
    await step('after revision 2', async () => {
      const { events } = await gather(client.subscribeToStream(s, { fromRevision: 2n }), (x) => x.events.length === 2);
      return events;
    });
    await step('caught up is told', async () => {
      const { caughtUp } = await gather(
        client.subscribeToStream(s, { fromRevision: 'start' }),
        (x) => x.caughtUp === 1,
      );
      return caughtUp;
    });
  },
  async 'to a stream that does not exist yet'({ client, esdb, step, stream }) {
    const s = stream();
    await step('then it does', async () => {
      const subscription = client.subscribeToStream(s, { fromRevision: 'start' });
      const gathered = gather(subscription, (x) => x.events.length === 1);
      await whenConfirmed(subscription);
      await client.appendToStream(s, json(esdb));
      const { confirmed, events, error } = await gathered;
      return { confirmed, events, error };
    });
  },
  async 'to a stream that is tombstoned'({ client, esdb, step, stream }) {
    const s = stream();
    await client.appendToStream(s, json(esdb));
    await client.tombstoneStream(s);
    await step('subscribe', async () => {
      const { error, events } = await gather(client.subscribeToStream(s), () => false);
      return { error, events };
    });
  },
  async 'to all with a filter'({ client, esdb, step, stream }) {
    const s = stream('sub');
    const { position } = await client.appendToStream(s, json(esdb, 0, 'begin'));
    await client.appendToStream(s, [json(esdb, 1, 'wanted-a'), json(esdb, 2, 'other'), json(esdb, 3, 'wanted-b')]);
    const run = (filter, count, extra = {}) =>
      gather(
        client.subscribeToAll({ fromPosition: position, filter, ...extra }),
        (x) => x.events.length === count,
      ).then(({ confirmed, events, error }) => ({ confirmed, events, error }));
    await step('event type prefix', () => run(esdb.eventTypeFilter({ prefixes: ['wanted'] }), 2));
    await step('event type regex', () => run(esdb.eventTypeFilter({ regex: '^wanted-b$' }), 1));
    await step('stream prefix, position is exclusive', () => run(esdb.streamNameFilter({ prefixes: [s] }), 3));
    await step('live, filtered', async () => {
      const filter = esdb.streamNameFilter({ prefixes: [s] });
      const subscription = client.subscribeToAll({ fromPosition: 'end', filter });
      const gathered = gather(subscription, (x) => x.events.length === 2);
      await whenConfirmed(subscription);
      await client.appendToStream(stream('noise'), json(esdb));
      await client.appendToStream(s, [json(esdb), json(esdb)]);
      const { confirmed, events } = await gathered;
      return { confirmed, events };
    });
  },
  async 'checkpoints on a filter that matches nothing'({ client, esdb, step, stream }) {
    const { position } = await client.appendToStream(stream(), json(esdb));
    await step('checkpoints arrive and grow', async () => {
      const positions = [];
      let enough;
      const some = new Promise((resolve) => (enough = resolve));
      const subscription = client.subscribeToAll({
        fromPosition: position,
        filter: esdb.streamNameFilter({
          prefixes: ['nothing-at-all'],
          checkpointInterval: 1,
          maxSearchWindow: 32,
          checkpointReached: (_, p) => positions.push(p.commit) > 3 && enough(),
        }),
      });
      const noise = stream('noise');
      for (let i = 0; i < 20; i++)
        await client.appendToStream(
          noise,
          Array.from({ length: 32 }, () => json(esdb)),
        );
      await some;
      await subscription.unsubscribe();
      return { some: positions.length > 3, grow: positions.every((p, i) => i === 0 || p >= positions[i - 1]) };
    });
  },
  async 'order and completeness under load'({ client, esdb, step, stream }) {
    const s = stream('load');
    await step('2000 events, half before and half after', async () => {
      await client.appendToStream(
        s,
        Array.from({ length: 1000 }, (_, n) => json(esdb, n)),
      );
      const gathered = gather(client.subscribeToStream(s, { fromRevision: 'start' }), (x) => x.events.length === 2000);
      for (let i = 0; i < 100; i++)
        await client.appendToStream(
          s,
          Array.from({ length: 10 }, (_, n) => json(esdb, n)),
        );
      const { events, error } = await gathered;
      return { count: events.length, ordered: events.every((r, i) => r === BigInt(i)), error };
    });
  },
};
