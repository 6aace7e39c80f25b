import messages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { PERSISTENT_SUBSCRIPTIONS, STREAMS } from './definitions.js';

/** The version of EventStoreDB whose answers these are. */
export const SERVER_VERSION = '24.2.0';

const PERSISTENT_FEATURES: Readonly<Record<string, readonly string[]>> = {
  create: ['stream', 'all'],
  update: ['stream', 'all'],
  delete: ['stream', 'all'],
  read: ['stream', 'all'],
  getInfo: ['stream', 'all'],
  replayParked: ['stream', 'all'],
  list: ['stream', 'all'],
};

/** What the server can do; without it the client falls back to another protocol. */
export const supportedMethods = (): messages.SupportedMethods => {
  const response = new messages.SupportedMethods();
  response.setEventStoreServerVersion(SERVER_VERSION);
  for (const service of [STREAMS, PERSISTENT_SUBSCRIPTIONS]) {
    for (const [key, { path }] of Object.entries(service)) {
      const [, serviceName = '', methodName = ''] = path.split('/');
      const method = new messages.SupportedMethod();
      method.setServiceName(serviceName.toLowerCase());
      method.setMethodName(methodName.toLowerCase());
      const features = service === PERSISTENT_SUBSCRIPTIONS ? (PERSISTENT_FEATURES[key] ?? []) : [];
      method.setFeaturesList([...features]);
      response.addMethods(method);
    }
  }
  return response;
};
