/**
 * The client writes a batch append in an `async` executor of a promise: where the connection is lost while writes wait for their
 * turn, each of them rejects where nobody can catch it, and Node would end the process. Nothing is lost by leaving them alone: the
 * same loss of the connection rejects the append itself, which is then tried again.
 */
export function surviveStrayRejections(): void {
  if (process.listeners('unhandledRejection').includes(leaveCallErrors)) return;
  process.on('unhandledRejection', leaveCallErrors);
}

function leaveCallErrors(reason: unknown): void {
  // Anything else ends the process, as it would without this listener.
  if (!isCallError(reason)) throw reason;
}

/** gRPC's own error of a call. None of ours: the client turns those that it hands out into errors of other classes. */
export function isCallError(reason: unknown): boolean {
  if (!(reason instanceof Error) || !('code' in reason) || !('details' in reason) || !('metadata' in reason))
    return false;
  const { code, details, metadata } = reason;
  return typeof code === 'number' && typeof details === 'string' && typeof metadata === 'object';
}
