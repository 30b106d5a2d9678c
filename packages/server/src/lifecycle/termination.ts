/** pnpm hands a signal on to us that the terminal has sent to our process group already: both are one wish. */
const sameWishMs = 1500;

/**
 * Resolves with the first SIGTERM or SIGINT. One that comes well after it ends the process as it would have without us, so that an
 * operator is never stuck with a drain that hangs.
 */
export const termination = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    let isTold = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isTold) return;
      isTold = true;
      setTimeout(() => {
        for (const name of signals) process.off(name, onSignal);
      }, sameWishMs).unref();
      resolve(signal);
    };
    for (const name of signals) process.on(name, onSignal);
  });
