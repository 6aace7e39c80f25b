/** Where a post goes: the organization, and the secret of its URL where there is one. */
export interface InboundPath {
  readonly organization: string;
  readonly key: string | null;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Reads `/inbound/{organization}` or `/inbound/{organization}/{key}`; null for any other path, a trailing slash included. */
export function readInboundPath(url: string): InboundPath | null {
  const [path = ''] = url.split(/[?#]/, 1);
  const [before, inbound, organization = '', key = null, ...more] = path.split('/');
  if (before !== '' || inbound !== 'inbound' || more.length > 0) return null;
  if (!NAME.test(organization) || key === '') return null;
  return { organization, key: key && decoded(key) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
