// What the ledger answers (API.md), as far as it is shown here.

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'STOPPED' | 'STANDBY';
  readonly position: string | null;
  readonly lagSeconds: number;
  /** How many positions of the log lie before it. */
  readonly gap: string;
  readonly eventsPerSecond: number;
  readonly batch: { readonly size: number; readonly closedBy: 'FULL' | 'ARRIVED' } | null;
  readonly progress: {
    readonly handled: number;
    readonly total: number | null;
    readonly percent: number;
    readonly secondsLeft: number | null;
  };
  readonly parked: number;
  readonly lastError: string | null;
  readonly stoppedAt: StoppedAt | null;
  readonly onFailure: 'STOP' | 'PARK';
  readonly projector: string | null;
  readonly builds: readonly BuildStatus[];
}

export interface StoppedAt {
  readonly eventId: string;
  readonly type: string;
  readonly position: string;
  readonly error: string;
}

export interface BuildStatus {
  readonly build: string;
  readonly version: number;
  readonly state: 'SERVING' | 'FILLING' | 'KEPT';
  readonly position: string | null;
  readonly handled: number;
  readonly percent: number;
  readonly parked: number;
}

export interface Verification {
  readonly id: string;
  readonly state: 'WAITING' | 'FILLING' | 'COMPARING' | 'DONE' | 'FAILED';
  readonly percent: number;
  readonly requestedAt: string;
  readonly finishedAt: string | null;
  readonly position: string | null;
  readonly equal: boolean | null;
  readonly tables: readonly ComparedTable[];
  readonly differences: readonly Difference[];
  readonly error: string | null;
}

export interface ComparedTable {
  readonly table: string;
  readonly rows: number;
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
}

export interface Difference {
  readonly table: string;
  readonly kind: 'MISSING' | 'EXTRA' | 'DIFFERENT';
  readonly key: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
}

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
