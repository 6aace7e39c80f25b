import { Event } from '@mo-ledger/event-sourcing';

/** How a code is provisioned (GATEWAY.md, Codes, keywords, programs). */
export interface CodeSettings {
  readonly type: 'SHORT' | 'LONG';
  readonly sharing: 'DEDICATED' | 'SHARED';
  readonly forwarding: 'ALL' | 'KEYWORDS';
  /** A dedicated code has one, a shared code none. */
  readonly organization: string | null;
  /** An operator states that opt-out words are forwarded although the code forwards keywords only. */
  readonly forwardsOptOut: boolean;
  /** Further opt-out words, for other languages. */
  readonly optOutWords: readonly string[];
}

/** How a program is provisioned. */
export interface ProgramSettings {
  readonly organization: string;
  readonly name: string;
  readonly handler: string;
  /** As the operator wrote them; compared by their normalised form. */
  readonly keywords: readonly string[];
  readonly match: 'FIRST' | 'ONLY';
  readonly catchAll: boolean;
  /** ISO 8601 UTC, or null. */
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  /** As the keyword handler wants them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

interface OfCode {
  readonly code: string;
  readonly at: string;
}
interface OfProgram extends OfCode {
  readonly program: string;
}

export class CodeProvisioned extends Event('CodeProvisioned')<OfCode & CodeSettings> {}
export class CodeChanged extends Event('CodeChanged')<OfCode & CodeSettings> {}
export class ProgramProvisioned extends Event('ProgramProvisioned')<OfProgram & ProgramSettings> {}
export class ProgramChanged extends Event('ProgramChanged')<OfProgram & ProgramSettings> {}
export class ProgramPaused extends Event('ProgramPaused')<OfProgram> {}
export class ProgramResumed extends Event('ProgramResumed')<OfProgram> {}
/** Its keywords are free; its members and its history stay. */
export class ProgramRetired extends Event('ProgramRetired')<OfProgram> {}

export type CodeEvent =
  CodeProvisioned | CodeChanged | ProgramProvisioned | ProgramChanged | ProgramPaused | ProgramResumed | ProgramRetired;
export const CODE_EVENTS = [
  CodeProvisioned,
  CodeChanged,
  ProgramProvisioned,
  ProgramChanged,
  ProgramPaused,
  ProgramResumed,
  ProgramRetired,
] as const;
