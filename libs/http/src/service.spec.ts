import { Body, Controller, Get, Param, Post, Query, UseGuards } from '@nestjs/common';
import { IsInt, Min } from 'class-validator';
import { PlainCallGuard } from './plain-call.guard.js';
import { Settings, WrongSetting } from './settings.js';
import { createService, type Service } from './service.js';
import { validBody, validQuery } from './validation.js';

class Order {
  @IsInt() @Min(1) count!: number;
}

@Controller()
class Orders {
  @Post('orders')
  order(@Body() body: unknown) {
    return validBody(Order, body);
  }
  @Get('orders')
  list(@Query() query: object) {
    return validQuery(Order, query);
  }
  @UseGuards(PlainCallGuard)
  @Post('orders/:id/repeat')
  repeat(@Param('id') id: string) {
    return { id };
  }
  @UseGuards(PlainCallGuard)
  @Post('orders/:id/change')
  change(@Param('id') id: string, @Body() body: unknown) {
    return { id, ...validBody(Order, body) };
  }
  @Get('broken')
  broken() {
    throw new Error('secret');
  }
}
class OrdersModule {}

describe('a service', () => {
  let service: Service;
  let url: string;
  beforeAll(async () => {
    const module = { module: OrdersModule, controllers: [Orders] };
    service = await createService({ name: 'orders', logLevel: 'silent', module });
    url = await service.listen('127.0.0.1', 0);
  });
  afterAll(() => service.close());

  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), text };
  };
  const post = (body: string, path = '/orders') =>
    send(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

  it('answers a body that is no JSON with a 400 problem', async () => {
    const answer = await post('{');
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json; charset=utf-8' });
    expect(JSON.parse(answer.text)).toMatchObject({ status: 400, title: 'Bad request' });
  });

  it('answers a body that is not allowed with a 422 problem that names the fields', async () => {
    const answer = await post('{"count":0,"colour":"red"}');
    expect(answer.status).toBe(422);
    expect(
      JSON.parse(answer.text)
        .errors.map((e: { field: string }) => e.field)
        .sort(),
    ).toEqual(['colour', 'count']);
  });

  it('answers an unknown query parameter with a 400', async () => {
    expect((await send('/orders?color=1')).status).toBe(400);
  });

  it('answers a body that a plain command does not take with a 422 problem that names the fields', async () => {
    const refused = await post('{"x":1}', '/orders/7/repeat');
    expect([refused.status, JSON.parse(refused.text).errors]).toMatchObject([422, [{ field: 'x' }]]);
    expect((await post('[]', '/orders/7/repeat')).status).toBe(400);
    for (const nothing of ['', '{}']) expect((await post(nothing, '/orders/7/repeat')).status).toBe(201);
    expect((await post('{"count":1}', '/orders/7/change')).status).toBe(201);
    expect((await post('{"count":1}', '/orders/7/change?x=1')).status).toBe(400);
  });

  it('answers an unknown path with a 404 problem', async () => {
    const answer = await send('/nowhere');
    expect(answer).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' });
    expect(JSON.parse(answer.text)).toMatchObject({ title: 'Not found', status: 404, errors: [] });
  });

  it('names the setting that is wrong where it cannot listen', async () => {
    const module = { module: OrdersModule, controllers: [Orders] };
    const second = await createService({ name: 'orders', logLevel: 'silent', module });
    await expect(second.listen('127.0.0.1', Number(new URL(url).port))).rejects.toThrow(/^PORT: /);
    await second.close();
  });

  it('tells nothing of an unexpected error', async () => {
    const answer = await send('/broken');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
  });

  it('answers 404 to a request that was forwarded, wherever from', async () => {
    expect((await send('/health/live')).status).toBe(200);
    expect((await send('/health/live', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(404);
  });

  it('describes itself', async () => {
    const { paths } = JSON.parse((await send('/openapi.json')).text);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/orders', '/health', '/health/live', '/health/ready', '/metrics']),
    );
    for (const status of [400, 404, 409, 422])
      expect(Object.keys(paths['/orders'].post.responses[status].content)).toEqual(['application/problem+json']);
    expect(Object.keys(paths['/orders'].get.responses).sort()).toEqual(['200', '400', '404']);
    expect((await send('/metrics')).text).toContain('process_resident_memory_bytes{role="orders"}');
    expect((await send('/docs')).status).toBe(200);
  });
});

describe('settings', () => {
  it('name the setting that is wrong', () => {
    expect(() => new Settings({ PORT: 'http' }).integer('PORT', 3000)).toThrow(WrongSetting);
    expect(() => new Settings({ PORT: 'http' }).integer('PORT', 3000)).toThrow(/^PORT: /);
    expect(() => new Settings({ GATEWAY_SOURCES: '1.2.3.4/40' }).ranges('GATEWAY_SOURCES', '')).toThrow(
      /^GATEWAY_SOURCES: /,
    );
  });

  it('count an empty value as not set', () => {
    expect(new Settings({ PORT: '' }).integer('PORT', 3000)).toBe(3000);
  });
});
