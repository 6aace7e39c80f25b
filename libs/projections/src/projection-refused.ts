/** Why an operator's command to a projection is refused. */
export type Refusal = 'NO_SUCH_PROJECTION' | 'NO_SUCH_BUILD' | 'NOT_AS_FAR' | 'SERVES' | 'NOT_STOPPED' | 'NOT_VERIFIED';

/** A command to a projection is not carried out; nothing has changed. */
export class ProjectionRefused extends Error {
  readonly code = 'PROJECTION_REFUSED';
  constructor(
    readonly refusal: Refusal,
    message: string,
  ) {
    super(message);
  }
}
