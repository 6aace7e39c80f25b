/** What one part of a service says of itself. */
export interface PartHealth {
  readonly name: string;
  readonly ok: boolean;
  /** One sentence where it is not. */
  readonly detail?: string;
  /** Its process id, where it is a process of its own. */
  readonly pid?: number;
}

/** The checks behind `/health/ready` and `/health`; parts add theirs at start-up. */
export class Health {
  readonly #checks: { readonly check: () => PartHealth | Promise<PartHealth>; readonly forReady: boolean }[] = [];

  /** @param forReady whether the service is not ready while this part is not ok */
  add(check: () => PartHealth | Promise<PartHealth>, forReady = true): void {
    this.#checks.push({ check, forReady });
  }

  async ready(): Promise<{ ok: boolean; parts: PartHealth[] }> {
    return summary(await Promise.all(this.#checks.filter(({ forReady }) => forReady).map(({ check }) => check())));
  }

  async all(): Promise<{ ok: boolean; parts: PartHealth[] }> {
    return summary(await Promise.all(this.#checks.map(({ check }) => check())));
  }
}

const summary = (parts: PartHealth[]) => ({ ok: parts.every(({ ok }) => ok), parts });
