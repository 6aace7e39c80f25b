const json = (esdb, n = 1, type = 'counted') => esdb.jsonEvent({ type, data: { n } });
const admin = { credentials: { username: 'admin', password: 'changeit' } };

const whenConfirmed = (subscription) => new Promise((resolve) => subscription.once('confirmation', resolve));

const info = (client, stream) => client.getPersistentSubscriptionToStreamInfo(stream, 'g', admin);
// Looks at the statistics of a group until a condition holds; each look is a round trip to the server.
const until = async (client, stream, holds) => {
  while (!holds((await info(client, stream)).stats));
};
// A client that leaves takes the acknowledgements with it that it has not sent yet.
const settled = (client, stream) => until(client, stream, (stats) => stats.totalInFlightMessages === 0);

// Handles what comes until `over(seen)` holds, or until `over` itself where that is a promise, and leaves after `before`.
const consume = (subscription, handle, over, before = () => {}, ms = 50_000) =>
  new Promise((resolve) => {
    const seen = { events: [], retries: [], error: undefined };
    const finish = async () => {
      clearTimeout(timer);
      await subscription.unsubscribe?.().catch(() => {});
      resolve(seen);
    };
    const timer = setTimeout(finish, ms);
    subscription.on('error', (e) => {
      seen.error = e;
      finish();
    });
    const leave = async () => {
      await before();
      await finish();
    };
    subscription.on('data', async (event) => {
      seen.events.push(event.event?.revision);
      seen.retries.push(event.retryCount ?? 0);
      await handle(subscription, event, seen);
      if (typeof over === 'function' && over(seen)) await leave();
    });
    if (typeof over !== 'function') over.then(leave);
  });

export default {
  async 'create, list, delete'({ client, esdb, step, stream }) {
    const s = stream(),
      settings = (o = {}) => esdb.persistentSubscriptionToStreamSettingsFromDefaults(o);
    await step('create', () => client.createPersistentSubscriptionToStream(s, 'g', settings(), admin));
    await step('create again', () => client.createPersistentSubscriptionToStream(s, 'g', settings(), admin));
    await step('update', () =>
      client.updatePersistentSubscriptionToStream(s, 'g', settings({ maxRetryCount: 3 }), admin),
    );
    await step('update a missing one', () => client.updatePersistentSubscriptionToStream(s, 'none', settings(), admin));
    await step('info', async () => {
      const i = await client.getPersistentSubscriptionToStreamInfo(s, 'g', admin);
      return {
        groupName: i.groupName,
        status: i.status,
        maxRetryCount: i.settings.maxRetryCount,
        historyBufferSize: i.settings.historyBufferSize,
      };
    });
    await step('info of a missing one', () => client.getPersistentSubscriptionToStreamInfo(s, 'none', admin));
    await step('list', async () =>
      (await client.listPersistentSubscriptionsToStream(s, admin)).map((i) => i.groupName),
    );
    await step('delete', () => client.deletePersistentSubscriptionToStream(s, 'g', admin));
    await step('delete again', () => client.deletePersistentSubscriptionToStream(s, 'g', admin));
    await step(
      'subscribe to a missing one',
      async () =>
        (
          await consume(
            client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
            () => {},
            () => false,
          )
        ).error,
    );
  },
  async 'consume, acknowledge, park and replay'({ client, esdb, step, stream }) {
    const s = stream();
    await client.createPersistentSubscriptionToStream(
      s,
      'g',
      esdb.persistentSubscriptionToStreamSettingsFromDefaults({
        startFrom: 'start',
        maxRetryCount: 2,
        messageTimeout: 2000,
        checkPointAfter: 200,
        checkPointLowerBound: 1,
      }),
      admin,
    );
    await client.appendToStream(s, [json(esdb, 0), json(esdb, 1), json(esdb, 2), json(esdb, 3)]);
    await step('ack 0 1 3, park 2', async () => {
      const { events, error } = await consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
        (sub, e) => (e.event.revision === 2n ? sub.nack('park', 'no good', e) : sub.ack(e)),
        (x) => x.events.length === 4,
        () => settled(client, s),
      );
      return { events: [...events].sort(), error };
    });
    await until(client, s, (stats) => Number(stats.parkedMessageCount) > 0);
    await step('parked count', async () =>
      Number((await client.getPersistentSubscriptionToStreamInfo(s, 'g', admin)).stats.parkedMessageCount),
    );
    await step('replay parked, arrives again', async () => {
      await client.replayParkedMessagesToStream(s, 'g', admin);
      const { events, error } = await consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
        (sub, e) => sub.ack(e),
        (x) => x.events.length === 1,
        () => settled(client, s),
      );
      return { events, error };
    });
    await step('nothing left', async () => {
      // What was left would come before what is new.
      const { nextExpectedRevision } = await client.appendToStream(s, json(esdb));
      const { events } = await consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
        (sub, e) => sub.ack(e),
        (x) => x.events.includes(nextExpectedRevision),
      );
      return events.filter((revision) => revision !== nextExpectedRevision);
    });
  },
  async 'retries, then parks'({ client, esdb, step, stream }) {
    const s = stream();
    await client.createPersistentSubscriptionToStream(
      s,
      'g',
      esdb.persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: 'start', maxRetryCount: 2 }),
      admin,
    );
    await client.appendToStream(s, json(esdb));
    await step('nack retry until parked', async () => {
      const { events } = await consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
        (sub, e) => sub.nack('retry', 'again', e),
        (x) => x.events.length === 3,
        () => until(client, s, (stats) => Number(stats.parkedMessageCount) > 0),
      );
      return events;
    });
    await step('parked', async () =>
      Number((await client.getPersistentSubscriptionToStreamInfo(s, 'g', admin)).stats.parkedMessageCount),
    );
  },
  async 'two consumers share the work'({ client, esdb, step, stream }) {
    const s = stream();
    await client.createPersistentSubscriptionToStream(
      s,
      'g',
      esdb.persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: 'start' }),
      admin,
    );
    await step('100 events, each once', async () => {
      const counts = new Map();
      let reached;
      const all = new Promise((resolve) => (reached = resolve));
      const handler = (sub, e) => {
        counts.set(e.event.revision, (counts.get(e.event.revision) ?? 0) + 1);
        if (counts.size === 100) reached();
        return sub.ack(e);
      };
      const consumers = [1, 2].map(() =>
        client.subscribeToPersistentSubscriptionToStream(s, 'g', { bufferSize: 5 }, admin),
      );
      const [one, two] = consumers.map((consumer) => consume(consumer, handler, all, () => settled(client, s)));
      await Promise.all(consumers.map(whenConfirmed));
      await client.appendToStream(
        s,
        Array.from({ length: 100 }, (_, n) => json(esdb, n)),
      );
      const [a, b] = await Promise.all([one, two]);
      return {
        total: counts.size,
        once: [...counts.values()].every((n) => n === 1),
        both: a.events.length > 0 && b.events.length > 0,
      };
    });
  },
  async 'checkpoint survives a reconnect'({ client, esdb, step, stream }) {
    const s = stream();
    await client.createPersistentSubscriptionToStream(
      s,
      'g',
      esdb.persistentSubscriptionToStreamSettingsFromDefaults({
        startFrom: 'start',
        checkPointAfter: 200,
        checkPointLowerBound: 1,
      }),
      admin,
    );
    await client.appendToStream(s, [json(esdb), json(esdb), json(esdb)]);
    await step(
      'first three',
      async () =>
        (
          await consume(
            client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
            (sub, e) => sub.ack(e),
            (x) => x.events.length === 3,
            () => until(client, s, (stats) => stats.lastCheckpointedEventRevision === 2n),
          )
        ).events,
    );
    await client.appendToStream(s, json(esdb));
    await step(
      'then the fourth alone',
      async () =>
        (
          await consume(
            client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
            (sub, e) => sub.ack(e),
            (x) => x.events.length === 1,
          )
        ).events,
    );
  },
  async 'to all, filtered'({ client, esdb, step, stream }) {
    const s = stream('pall'),
      group = stream('group');
    await step('create', () =>
      client.createPersistentSubscriptionToAll(
        group,
        esdb.persistentSubscriptionToAllSettingsFromDefaults({ startFrom: 'end' }),
        { filter: esdb.streamNameFilter({ prefixes: [s] }), ...admin },
      ),
    );
    await step('consume', async () => {
      const subscription = client.subscribeToPersistentSubscriptionToAll(group, {}, admin);
      const consumed = consume(
        subscription,
        (sub, e) => sub.ack(e),
        (x) => x.events.length === 2,
      );
      await whenConfirmed(subscription);
      await client.appendToStream(s, [json(esdb), json(esdb)]);
      return (await consumed).events;
    });
    await step('delete', () => client.deletePersistentSubscriptionToAll(group, admin));
  },
};
