const CARRIERS = ['verizon', 'tmobile', 'cingular', 'uscellular'];
let messageId = Date.now() * 1000;

/** The body of a post as the gateway sends it: each call is a new message of one of `senders` phones. */
export function postBody(senders: number, message = 'join'): string {
  const id = ++messageId;
  const device = `1404${String(5_000_000 + (id % senders)).slice(-7)}`;
  return (
    `device_address=${device}&inbound_address=26161&router=MMX&carrier=${CARRIERS[id % 4]}&channel=sms&message_orig=${message}` +
    `&message=${message}&message_id=${id}&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=${id}&country_code=1`
  );
}
