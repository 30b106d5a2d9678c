/**
 * Resolves with the first SIGTERM or SIGINT. A second one ends the process as it would have without us, so that an
 * operator is never stuck with a drain that hangs.
 */
export const termination = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    const onSignal = (signal: NodeJS.Signals): void => {
      for (const name of signals) process.off(name, onSignal);
      resolve(signal);
    };
    for (const name of signals) process.on(name, onSignal);
  });
