import { readInboundPath } from './inbound-path.js';

describe('the path of a post', () => {
  it.each([
    ['/inbound/acme', 'acme', null],
    ['/inbound/A.b_c-9?x=/y', 'A.b_c-9', null],
    ['/inbound/acme/secret', 'acme', 'secret'],
    ['/inbound/acme/a%2Fb%20%C3%9F', 'acme', 'a/b ß'],
    ['/inbound/acme/100%', 'acme', '100%'],
  ])('%s goes to %s with the key %s', (url, organization, key) => {
    expect(readInboundPath(url)).toEqual({ organization, key });
  });

  it.each([
    ...['', '/', '/inbound', '/inbound/', '/inbound//', '/inbound/acme/', '/inbound/acme//', '/inbound/acme/a/b'],
    ...['/inbound/%61cme', '/inbound/a b', `/inbound/${'a'.repeat(65)}`, '/Inbound/acme', 'http://x/inbound/acme'],
  ])('%j goes nowhere', (url) => {
    expect(readInboundPath(url)).toBeNull();
  });
});
