import { createHash, timingSafeEqual } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Metadata } from '@grpc/grpc-js';
import { RpcError } from './errors.js';

export interface Credentials {
  username: string;
  password: string;
}

export const DEFAULT_CREDENTIALS: Credentials = { username: 'admin', password: 'changeit' };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Basic credentials are checked where they are sent; a call without any is let in. Returns the user's name, or throws
 * UNAUTHENTICATED.
 */
export const authenticator = ({ username, password }: Credentials): ((metadata: Metadata) => string) => {
  const expected = digest(`${username}:${password}`);
  return (metadata) => {
    const [header] = metadata.get('authorization');
    if (header === undefined) return 'anonymous';
    const [scheme, encoded = ''] = String(header).split(' ');
    const sent = digest(Buffer.from(encoded, 'base64').toString('utf8'));
    if (scheme?.toLowerCase() === 'basic' && timingSafeEqual(sent, expected)) return username;
    throw new RpcError(status.UNAUTHENTICATED, 'Unauthenticated: wrong user name or password.');
  };
};
