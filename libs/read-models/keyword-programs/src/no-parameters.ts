import { validQuery } from '@mo-ledger/http';

class NoParameters {}

/** Throws a 400 where a query of something that takes no parameters has one. */
export const refuseParameters = (query: object): void => void validQuery(NoParameters, query);
