import { createService, type Service } from '@mo-ledger/http';
import { forwardToBack } from './back-proxy.js';

class Nothing {}

describe('what is forwarded to the back', () => {
  let front: Service;
  let back: Service;
  let url: string;
  let backUrl: string | null;
  beforeAll(async () => {
    const options = { name: 'test', logLevel: 'silent', module: { module: Nothing } };
    back = await createService(options);
    back.fastify.post('/echo', async ({ body }) => ({ got: body }));
    backUrl = await back.listen('127.0.0.1', 0);
    front = await createService(options);
    await forwardToBack(front, () => backUrl);
    url = await front.listen('127.0.0.1', 0);
  });
  afterAll(async () => {
    await front.close();
    await back.close();
  });

  const post = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/echo`, { method: 'POST', headers, body });
    const type = response.headers.get('content-type');
    return { status: response.status, type, json: (await response.json()) as object };
  };

  it('is answered by it', async () => {
    expect(await post('{"build":"a"}')).toMatchObject({ status: 200, json: { got: { build: 'a' } } });
  });

  it('is a problem where its body is no JSON, or too large', async () => {
    const type = 'application/problem+json; charset=utf-8';
    expect(await post('{bad')).toMatchObject({ status: 400, type, json: { status: 400, title: 'Bad request' } });
    expect(await post(`"${'x'.repeat(1024 * 1024)}"`)).toMatchObject({ status: 413, type });
  });

  it('is a 503 while it is away', async () => {
    const before = backUrl;
    for (const away of [null, 'http://127.0.0.1:9']) {
      backUrl = away;
      expect(await post('{}')).toMatchObject({ status: 503, type: 'application/problem+json; charset=utf-8' });
    }
    backUrl = before;
  });
});
