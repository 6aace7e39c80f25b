/** No answer within our own time-out: the client waits for a silent server for ever. */
export class TimedOut extends Error {}

/** A promise's outcome, or TimedOut after so many milliseconds; what comes later is ignored. */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimedOut(`no answer within ${milliseconds} ms`)), milliseconds);
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer);
        settle(value);
      };
    promise.then(settled(resolve), settled(reject));
  });
}
