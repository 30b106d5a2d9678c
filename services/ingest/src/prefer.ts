import type { Request } from 'express';

/** What a client prefers to be answered to a write, `Prefer: return=…` (R4 http.html#return); undefined where it does not say. */
export type Return = 'minimal' | 'representation' | 'OperationOutcome';

export const preferredReturn = (req: Request): Return | undefined =>
  /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)(?=$|[,;\s])/.exec(req.get('prefer') ?? '')?.[1] as
    | Return
    | undefined;
