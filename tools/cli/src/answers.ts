// What the ledger answers (API.md), as far as it is shown here.

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** What the ledger says of its projections is what they say: types only, nothing of them runs here. */
export type {
  BuildStatus,
  ProjectionStatus,
  RowDifference,
  TableComparison,
  Verification,
} from '@mo-ledger/projections';

export interface ParkedEvent {
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  readonly error: string;
  /** It waits only because one before it is parked. */
  readonly behind: boolean;
  readonly parkedAt: string | null;
}

export interface QuarantinedPost {
  readonly id: string;
  readonly organization: string | null;
  readonly reason: string;
  readonly receivedAt: string;
  readonly source: string | null;
  readonly attempts: number;
  readonly state: 'OPEN' | 'REPROCESSED';
  readonly became: { readonly id: string; readonly kind: string } | null;
}

export interface Code {
  readonly code: string;
  readonly type: string;
  readonly sharing: string;
  readonly forwarding: string;
  readonly organization: string | null;
  readonly warnings: readonly string[];
}

export interface LedgerEvent {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly data: object;
  readonly metadata: object;
}
