import { status } from '@grpc/grpc-js';
import type { ServiceDefinition, UntypedHandleCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { RpcError } from './errors.js';

/** Answers every method of a service with a sentence that helps, where grpc-js alone would say nothing. */
export const unimplemented = (
  name: string,
  service: ServiceDefinition<UntypedServiceImplementation>,
): UntypedServiceImplementation => {
  const error = new RpcError(
    status.UNIMPLEMENTED,
    `${name} is not part of the embedded event store; run EventStoreDB or KurrentDB where you need it.`,
  );
  const unary = (_: unknown, callback: (error: RpcError) => void): void => callback(error);
  const streaming = (call: { emit(event: 'error', error: RpcError): void }): void => call.emit('error', error);
  return Object.fromEntries(
    Object.entries(service).map(([method, { responseStream }]) => [
      method,
      (responseStream ? streaming : unary) as unknown as UntypedHandleCall,
    ]),
  );
};
