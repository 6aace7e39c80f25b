import type { Page, ProjectionStatus } from '../answers.js';
import { LedgerRefused } from '../ledger.js';
import type { Session } from '../session.js';

/** A command about one projection, which says what there is where there is none of that name. */
export const knowingNames =
  <Rest extends readonly unknown[]>(act: (session: Session, name: string, ...rest: Rest) => Promise<number>) =>
  async (session: Session, name: string, ...rest: Rest): Promise<number> => {
    try {
      return await act(session, name, ...rest);
    } catch (error) {
      if (!(error instanceof LedgerRefused) || error.status !== 404) throw error;
      const names = await namesOf(session);
      if (names.length === 0 || names.includes(name)) throw error;
      throw new LedgerRefused(error.status, `${error.message} There are ${names.join(', ')}.`);
    }
  };

/** What the ledger said first is worth more than why it does not say this. */
const namesOf = ({ ledger }: Session): Promise<readonly string[]> =>
  ledger.get<Page<ProjectionStatus>>('/projections').then(
    ({ items }) => items.map(({ name }) => name),
    () => [],
  );
