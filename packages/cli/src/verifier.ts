import type { TrustFile } from '@chartseal/client';

/** What a file shows, line by line. @throws CliError naming the link that broke */
export type Verifier = (file: unknown, trust: TrustFile, path: string) => Promise<readonly string[]>;
