import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PostRecorder, type ReceivedPost, type RecordedPost } from './post-recorder.js';

/** The gateway's report: a message, or what it sent instead, was received. */
export class MessageReceived extends Command<RecordedPost> {
  constructor(readonly received: ReceivedPost) {
    super();
  }
}

/** Records the delivery durably; throws NotDurable or NotReadable where that is not possible in time. */
@CommandHandler(MessageReceived)
export class MessageReceivedHandler implements ICommandHandler<MessageReceived> {
  constructor(private readonly recorder: PostRecorder) {}

  execute({ received }: MessageReceived): Promise<RecordedPost> {
    return this.recorder.record(received);
  }
}
