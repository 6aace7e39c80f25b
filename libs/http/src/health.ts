/** What one part of a service says of itself. */
export interface PartHealth {
  readonly name: string;
  readonly ok: boolean;
  /** One sentence where it is not. */
  readonly detail?: string;
  /** Its process id, where it is a process of its own. */
  readonly pid?: number;
}

/** A part that is ok unless it has a problem. */
export const partOf = (name: string, problem: string | null, pid?: number | null): PartHealth => ({
  name,
  ok: problem === null,
  ...(problem !== null && { detail: problem }),
  ...(pid && { pid }),
});

/** The answer of `/health`: ok where every part is. */
export interface HealthReport {
  readonly ok: boolean;
  readonly parts: readonly PartHealth[];
}

/** Looks at one part, or at several that answer together. */
export type HealthCheck = () => PartHealth | readonly PartHealth[] | Promise<PartHealth | readonly PartHealth[]>;

/** The checks behind `/health/ready` and `/health`; parts add theirs at start-up. */
export class Health {
  readonly #checks: { readonly check: HealthCheck; readonly forReady: boolean }[] = [];

  /** @param forReady whether the service is not ready while this part is not ok */
  add(check: HealthCheck, forReady = true): void {
    this.#checks.push({ check, forReady });
  }

  ready(): Promise<HealthReport> {
    return this.#report(this.#checks.filter(({ forReady }) => forReady));
  }

  all(): Promise<HealthReport> {
    return this.#report(this.#checks);
  }

  async #report(checks: readonly { readonly check: HealthCheck }[]): Promise<HealthReport> {
    const parts = (await Promise.all(checks.map(({ check }) => check()))).flat();
    return { ok: parts.every(({ ok }) => ok), parts };
  }
}
