import { status } from '@grpc/grpc-js';
import { RpcError } from '../server/errors.js';

/** A group's name and its source: a stream, or `$all`. */
export interface GroupName {
  source: string;
  group: string;
}

const trailers = (exception: string, { source, group }: GroupName): Record<string, string> => ({
  exception: exception,
  'stream-name': source,
  'group-name': group,
});

const named = ({ source, group }: GroupName): string => `Subscription group ${group} on stream ${source}`;

export const doesNotExist = (name: GroupName): RpcError =>
  new RpcError(
    status.NOT_FOUND,
    `${named(name)} does not exist.`,
    trailers('persistent-subscription-does-not-exist', name),
  );

export const exists = (name: GroupName): RpcError =>
  new RpcError(status.ALREADY_EXISTS, `${named(name)} exists.`, trailers('persistent-subscription-exists', name));

export const failed = (name: GroupName, reason: string): RpcError =>
  new RpcError(status.INTERNAL, `${named(name)} failed: '${reason}'`, {
    ...trailers('persistent-subscription-failed', name),
    reason,
  });

export const full = (name: GroupName): RpcError =>
  new RpcError(
    status.FAILED_PRECONDITION,
    `Maximum subscriptions reached for subscription group '${name.group}' on stream '${name.source}'`,
    trailers('maximum-subscribers-reached', name),
  );

export const dropped = (name: GroupName): RpcError =>
  new RpcError(status.CANCELLED, `${named(name)} was dropped.`, trailers('persistent-subscription-dropped', name));
