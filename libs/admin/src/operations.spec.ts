import type { Recorded } from '@mo-ledger/event-sourcing';
import { startAdminService, type AdminService } from './testing/admin-service.js';

const WIN = { organization: 'acme', handler: 'join', keywords: ['WIN'] };
const text = (message: string, more: Record<string, string> = {}) => ({
  ...{ device_address: '14045554900', inbound_address: '26161', message_id: '7', message, message_orig: message },
  ...{ country_code: '1', ...more },
});

describe('operations over HTTP', () => {
  let api: AdminService;
  beforeEach(async () => {
    api = await startAdminService();
    const code = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' };
    await api.put('/organizations/acme', { name: 'Acme' });
    await api.put('/codes/26161', code);
  });
  afterEach(() => api.close());
  const last = (): Recorded | undefined => api.log.events.at(-1);
  const types = () => api.log.events.map(({ type }) => type);

  describe('rerouting a message', () => {
    it('asks for it to be routed with what is provisioned now', async () => {
      const id = await api.post(text('WIN'));
      await api.route(id);
      await api.put('/codes/26161/programs/P-WIN', WIN);
      const answer = await api.call('POST', `/messages/${id}/reroute`);
      expect(answer).toMatchObject({ status: 202, position: last()?.position.toString() });
      expect(last()).toMatchObject({ type: 'MessageRerouteRequested', data: { ledgerId: id, applyConsent: false } });
      await api.route(id);
      expect(types()).toContain('KeywordMatched');
    });

    it('is refused where a program or a reserved word took it', async () => {
      await api.put('/codes/26161/programs/P-WIN', WIN);
      for (const [message, message_id] of [
        ['WIN', '8'],
        ['STOP', '9'],
      ] as const) {
        const id = await api.post(text(message, { message_id }));
        await api.route(id);
        expect(await api.call('POST', `/messages/${id}/reroute`)).toMatchObject({ status: 409 });
      }
      expect(types()).not.toContain('MessageRerouteRequested');
    });

    it('is refused where it is not routed yet, or not there', async () => {
      const id = await api.post(text('WIN'));
      expect((await api.call('POST', `/messages/${id}/reroute`)).status).toBe(409);
      expect((await api.call('POST', '/messages/0123456789abcdef/reroute')).status).toBe(404);
      expect((await api.call('POST', '/messages/a%2Fb/reroute')).status).toBe(404);
    });

    it('is one request, however many ask before it is routed', async () => {
      const id = await api.post(text('WIN'));
      await api.route(id);
      const asked = await Promise.all(Array.from({ length: 10 }, () => api.call('POST', `/messages/${id}/reroute`)));
      expect(new Set(asked.map(({ status, position }) => `${status} ${position}`))).toEqual(
        new Set([`202 ${last()?.position}`]),
      );
      expect(types().filter((type) => type === 'MessageRerouteRequested')).toHaveLength(1);
      await api.route(id);
      expect((await api.call('POST', `/messages/${id}/reroute`)).status).toBe(202);
      expect(types().filter((type) => type === 'MessageRerouteRequested')).toHaveLength(2);
    });

    it('takes whether consent applies, and nothing else', async () => {
      const id = await api.post(text('WIN'));
      await api.route(id);
      expect(await api.call('POST', `/messages/${id}/reroute`, { applyConsent: 'yes' })).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'applyConsent' }] },
      });
      expect((await api.call('POST', `/messages/${id}/reroute`, { consent: true })).status).toBe(422);
      expect((await api.call('POST', `/messages/${id}/reroute`, { applyConsent: true })).status).toBe(202);
      expect(last()?.data).toMatchObject({ applyConsent: true });
    });
  });

  describe('reprocessing a quarantined post', () => {
    it('reads it again', async () => {
      const id = await api.post({ hello: 'world' });
      const answer = await api.call('POST', `/quarantine/${id}/reprocess`);
      expect(answer).toMatchObject({ status: 202, position: last()?.position.toString() });
      expect(last()).toMatchObject({ type: 'QuarantinedPostReprocessed', data: { reason: 'UNRECOGNISED' } });
    });

    it('is refused where there is none', async () => {
      expect((await api.call('POST', '/quarantine/0123456789abcdef/reprocess')).status).toBe(404);
    });
  });

  describe('resolving a review', () => {
    const reviewed = async (message: string, more: Record<string, string> = {}) => {
      await api.route(await api.post(text(message, more)));
      const opened = api.log.events.findLast(({ type }) => type === 'ReviewOpened');
      return (opened?.data as { reviewId: string }).reviewId;
    };

    it('opts the sender out', async () => {
      const id = await reviewed('please cancel my order');
      const answer = await api.call('POST', `/reviews/${id}/resolve`, { decision: 'OPT_OUT', note: 'meant it' });
      expect(answer).toMatchObject({ status: 200, position: last()?.position.toString() });
      expect(types().slice(-2)).toEqual(['ReviewResolved', 'OptedOut']);
    });

    it('dismisses it; a repeat is quiet, and another decision is refused', async () => {
      const id = await reviewed('please cancel my order');
      const first = await api.call('POST', `/reviews/${id}/resolve`, { decision: 'DISMISS' });
      const again = await api.call('POST', `/reviews/${id}/resolve`, { decision: 'DISMISS' });
      expect([first.status, again.status, again.position]).toEqual([200, 200, first.position]);
      expect((await api.call('POST', `/reviews/${id}/resolve`, { decision: 'OPT_OUT' })).status).toBe(409);
    });

    it('needs the number of a malformed sender', async () => {
      const id = await reviewed('STOP', { device_address: '1447ß7665544' });
      const without = await api.call('POST', `/reviews/${id}/resolve`, { decision: 'OPT_OUT' });
      expect(without).toMatchObject({ status: 422, body: { errors: [{ field: 'deviceE164' }] } });
      const resolution = { decision: 'OPT_OUT', deviceE164: '+14477665544' };
      expect((await api.call('POST', `/reviews/${id}/resolve`, resolution)).status).toBe(200);
    });

    it('is refused for what is no review or no decision', async () => {
      const unknown = `${'0'.repeat(32)}.${'0'.repeat(32)}.OPT_OUT_CANDIDATE`;
      expect((await api.call('POST', `/reviews/${unknown}/resolve`, { decision: 'DISMISS' })).status).toBe(404);
      expect((await api.call('POST', '/reviews/nonsense/resolve', { decision: 'DISMISS' })).status).toBe(404);
      expect((await api.call('POST', `/reviews/${unknown}/resolve`, { decision: 'MAYBE' })).status).toBe(422);
    });
  });
});
