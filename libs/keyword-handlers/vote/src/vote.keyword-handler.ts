import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { Event } from '@mo-ledger/event-sourcing';
import { defineKeywordHandler, oneMore } from '@mo-ledger/keyword-handlers';
import { sameWord } from '@mo-ledger/matching';

export class VoteSettings {
  /** What can be voted for. */
  @ArrayUnique()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @MaxLength(64, { each: true })
  @IsNotEmpty({ each: true })
  @IsString({ each: true })
  choices!: string[];
}

interface Ballot {
  readonly choice?: string;
}

/** The choice is written as in the settings. */
export class VoteCast extends Event('VoteCast')<{ readonly choice: string }> {}
export class VoteRefused extends Event('VoteRefused')<{ readonly reason: 'already voted' | 'unknown choice' }> {}

/** `VOTE <choice>`, or the choice alone where it is itself a keyword: one vote for each subscriber. */
export const vote = defineKeywordHandler({
  name: 'vote',
  description: 'One vote for each subscriber: the first word after the keyword, or the keyword itself.',
  settings: VoteSettings,
  events: [VoteCast, VoteRefused],
  initialState: (): Ballot => ({}),
  decide({ keyword, args: [choice = keyword] }, ballot, { settings }) {
    if (ballot.choice !== undefined) return new VoteRefused({ reason: 'already voted' });
    const known = settings.choices.find((candidate) => sameWord(candidate, choice));
    return known === undefined ? new VoteRefused({ reason: 'unknown choice' }) : new VoteCast({ choice: known });
  },
  evolve: { VoteCast: (_ballot, { choice }) => ({ choice }) },
  results: {
    initial: (): Readonly<Record<string, number>> => ({}),
    VoteCast: (tally, { choice }) => oneMore(tally, choice),
  },
});
