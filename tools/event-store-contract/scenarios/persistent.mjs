const json = (esdb, n = 1, type = 'counted') => esdb.jsonEvent({ type, data: { n } });
const wait = (ms) => new Promise((r) => setTimeout(r, ms));
const admin = { credentials: { username: 'admin', password: 'changeit' } };

const consume = (subscription, handle, until, ms = 6000) =>
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
    subscription.on('data', async (event) => {
      seen.events.push(event.event?.revision);
      seen.retries.push(event.retryCount ?? 0);
      await handle(subscription, event, seen);
      if (until(seen)) setTimeout(finish, 400);
    });
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
            2000,
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
      );
      return { events: [...events].sort(), error };
    });
    await wait(600);
    await step('parked count', async () =>
      Number((await client.getPersistentSubscriptionToStreamInfo(s, 'g', admin)).stats.parkedMessageCount),
    );
    await step('replay parked, arrives again', async () => {
      await client.replayParkedMessagesToStream(s, 'g', admin);
      const { events, error } = await consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
        (sub, e) => sub.ack(e),
        (x) => x.events.length === 1,
      );
      return { events, error };
    });
    await step(
      'nothing left',
      async () =>
        (
          await consume(
            client.subscribeToPersistentSubscriptionToStream(s, 'g', {}, admin),
            (sub, e) => sub.ack(e),
            () => false,
            1500,
          )
        ).events,
    );
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
        () => false,
        3000,
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
      const handler = (sub, e) => {
        counts.set(e.event.revision, (counts.get(e.event.revision) ?? 0) + 1);
        return sub.ack(e);
      };
      const one = consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', { bufferSize: 5 }, admin),
        handler,
        () => counts.size === 100,
        8000,
      );
      const two = consume(
        client.subscribeToPersistentSubscriptionToStream(s, 'g', { bufferSize: 5 }, admin),
        handler,
        () => counts.size === 100,
        8000,
      );
      await wait(500);
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
          )
        ).events,
    );
    await wait(1500);
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
      const consumed = consume(
        client.subscribeToPersistentSubscriptionToAll(group, {}, admin),
        (sub, e) => sub.ack(e),
        (x) => x.events.length === 2,
      );
      await wait(700);
      await client.appendToStream(s, [json(esdb), json(esdb)]);
      return (await consumed).events;
    });
    await step('delete', () => client.deletePersistentSubscriptionToAll(group, admin));
  },
};
