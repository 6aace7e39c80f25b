import { randomUUID } from 'node:crypto';
import messages from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';

const instance = randomUUID();
const TICKS_PER_MILLISECOND = 10_000;

/** A cluster of one: this server, leader and alive, at the address that the client shall dial. */
export const clusterInfo = (host: string, port: number, now: number): messages.ClusterInfo => {
  const id = new shared.UUID();
  id.setString(instance);
  const endPoint = new messages.EndPoint();
  endPoint.setAddress(host);
  endPoint.setPort(port);
  const member = new messages.MemberInfo();
  member.setInstanceId(id);
  member.setTimeStamp(String(BigInt(now) * BigInt(TICKS_PER_MILLISECOND)));
  member.setState(messages.MemberInfo.VNodeState.LEADER);
  member.setIsAlive(true);
  member.setHttpEndPoint(endPoint);
  const info = new messages.ClusterInfo();
  info.addMembers(member);
  return info;
};
