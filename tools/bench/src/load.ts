import autocannon from 'autocannon';

export interface Load {
  readonly postsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly failed: number;
}

const CARRIERS = ['verizon', 'tmobile', 'cingular', 'uscellular'];
let messageId = Date.now() * 1000;

/** The body of a post like the gateway's: each one another message, of one of `senders` phones. */
export function postBody(senders: number, message = 'join'): string {
  const id = ++messageId;
  const device = `1404${String(5_000_000 + (id % senders)).slice(-7)}`;
  return (
    `device_address=${device}&inbound_address=26161&router=MMX&carrier=${CARRIERS[id % 4]}&channel=sms&message_orig=${message}` +
    `&message=${message}&message_id=${id}&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=${id}&country_code=1`
  );
}

/** Posts messages as fast as so many connections can, or at a rate, for a time. */
export async function load(
  url: string,
  options: { seconds: number; connections?: number; rate?: number; senders?: number },
): Promise<Load> {
  const { seconds, connections = 64, rate, senders = 10_000 } = options;
  const result = await autocannon({
    ...{
      url: `${url}/inbound/acme`,
      connections,
      duration: seconds,
      method: 'POST',
      ...(rate ? { overallRate: rate } : {}),
    },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    requests: [{ setupRequest: (request) => ({ ...request, body: postBody(senders) }) }],
  });
  return {
    postsPerSecond: result['2xx'] / result.duration,
    ...{ p50: result.latency.p50, p99: result.latency.p99, p999: result.latency.p99_9 },
    failed: result.non2xx + result.errors,
  };
}
