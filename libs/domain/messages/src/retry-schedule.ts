/** The gateway's retry schedule in minutes (GATEWAY.md, Answering), unless GATEWAY_RETRY_MINUTES says otherwise. */
export const RETRY_MINUTES: readonly number[] = [1, 5, 10, 60, 120, 360, 720];

const HOUR_MS = 3_600_000;

/** How long after an attempt the gateway may still come back with the same message: the intervals added up, in whole hours; in ms. */
export function retryWindowMs(minutes: readonly number[] = RETRY_MINUTES): number {
  const total = minutes.reduce((sum, interval) => sum + interval, 0);
  return Math.ceil(total / 60) * HOUR_MS;
}
