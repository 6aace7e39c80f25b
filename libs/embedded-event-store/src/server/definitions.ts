// The service definitions that the client's package generated; where messages go by the thousand, calls get and give
// bytes and do their own decoding.
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import monitoring from '@eventstore/db-client/generated/monitoring_grpc_pb.js';
import operations from '@eventstore/db-client/generated/operations_grpc_pb.js';
import persistent from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import projections from '@eventstore/db-client/generated/projections_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import users from '@eventstore/db-client/generated/users_grpc_pb.js';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

type Service = ServiceDefinition<UntypedServiceImplementation>;

const bytes = (buffer: Buffer): Buffer => buffer;
const bytesIn = { requestDeserialize: bytes };
const bytesOut = { responseSerialize: bytes };

const { StreamsService } = streams;
const { PersistentSubscriptionsService } = persistent;

export const STREAMS = {
  ...StreamsService,
  read: { ...StreamsService.read, ...bytesOut },
  append: { ...StreamsService.append, ...bytesIn, ...bytesOut },
  batchAppend: { ...StreamsService.batchAppend, ...bytesIn, ...bytesOut },
} as unknown as Service;

export const PERSISTENT_SUBSCRIPTIONS = {
  ...PersistentSubscriptionsService,
  read: { ...PersistentSubscriptionsService.read, ...bytesOut },
} as unknown as Service;

export const GOSSIP = gossip.GossipService as unknown as Service;
export const SERVER_FEATURES = features.ServerFeaturesService as unknown as Service;

/** Known to the client, but not served here: name and definition. */
export const NOT_SERVED: readonly (readonly [name: string, service: Service])[] = [
  ['Projections', projections.ProjectionsService as unknown as Service],
  ['Users', users.UsersService as unknown as Service],
  ['Operations', operations.OperationsService as unknown as Service],
  ['Monitoring', monitoring.MonitoringService as unknown as Service],
];
