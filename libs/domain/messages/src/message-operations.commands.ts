import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { MessageOperations, type Operation } from './message-operations.js';

/** Route a message once more; answers the position of the request. */
export class RerouteMessage extends Command<bigint> {
  constructor(
    readonly ledgerId: string,
    readonly applyConsent: boolean,
    readonly operation: Operation,
  ) {
    super();
  }
}

@CommandHandler(RerouteMessage)
export class RerouteMessageHandler implements ICommandHandler<RerouteMessage> {
  constructor(private readonly messages: MessageOperations) {}

  execute({ ledgerId, applyConsent, operation }: RerouteMessage): Promise<bigint> {
    return this.messages.requestReroute(ledgerId, applyConsent, operation);
  }
}

/** Read a quarantined post again with today's rules; answers the position of the last change. */
export class ReprocessQuarantinedPost extends Command<bigint> {
  constructor(
    readonly ledgerId: string,
    readonly operation: Operation,
  ) {
    super();
  }
}

@CommandHandler(ReprocessQuarantinedPost)
export class ReprocessQuarantinedPostHandler implements ICommandHandler<ReprocessQuarantinedPost> {
  constructor(private readonly messages: MessageOperations) {}

  execute({ ledgerId, operation }: ReprocessQuarantinedPost): Promise<bigint> {
    return this.messages.reprocess(ledgerId, operation);
  }
}
