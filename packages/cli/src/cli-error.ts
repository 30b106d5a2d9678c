/** Something that the user can put right; the message says how. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** One line for stderr, without a stack trace. */
export const oneLine = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // What fetch throws for whatever kept it from an answer.
  if (error instanceof TypeError && error.message === 'fetch failed')
    return 'the gateway cannot be reached; start it with `npx pnpm@12 start`, and try again';
  return [error.message, ...diagnosticsOf(error)].join(': ').replaceAll(/\s*\n\s*/g, ' ');
};

/** What the OperationOutcome says that fhir-kit-client hangs on its errors. */
const diagnosticsOf = (error: object): readonly string[] => {
  const { response } = error as { response?: { data?: { issue?: readonly { diagnostics?: string }[] } } };
  return (response?.data?.issue ?? []).map(({ diagnostics }) => diagnostics ?? '').filter((each) => each !== '');
};

/** Node's own code of a failed system call, `ENOENT` for one. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
