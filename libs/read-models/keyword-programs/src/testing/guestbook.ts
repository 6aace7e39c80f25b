import { Event } from '@mo-ledger/event-sourcing';
import { defineKeywordHandler, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { installedHandlers } from '@mo-ledger/installed-handlers';

export class GuestSigned extends Event('GuestSigned')<{ readonly name: string }> {}

/** A handler that is not installed. Its results are not what JSON is made of, and it fails to count one guest. */
export const guestbook = defineKeywordHandler({
  name: 'guestbook',
  events: [GuestSigned],
  decide: ({ text }) => new GuestSigned({ name: text }),
  results: {
    initial: () => ({ guests: [] as string[], last: undefined as string | undefined }),
    GuestSigned: ({ guests, last }, { name }) => {
      if (name === 'nobody') throw new Error('nobody cannot be counted');
      return { guests: [...guests, last ?? 'first'], last: name === 'anonymous' ? undefined : name };
    },
  },
});

/** As it was while the guestbook was installed. */
export const handlersThen = new HandlerRegistry([...installedHandlers.all, guestbook]);
