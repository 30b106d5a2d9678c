import { ChartsealError, type WitnessStore } from '@chartseal/ports';
import {
  bodyBytes,
  callerAddress,
  createRateLimit,
  type Logger,
  type Metrics,
  readBytes,
  route,
  sendText,
  utf8,
} from '@chartseal/server';
import { formatCosignerKey, witnessSizeType } from '@chartseal/tlog';
import { Router, type RequestHandler, type Response } from 'express';
import { addCheckpoint, type WitnessDependencies, type WitnessVerdict } from '../witness/add-checkpoint.ts';

/** 63 hashes are 2,835 bytes, and an anchored note 8,192 at the most. */
const bodyLimitBytes = 16 * 1024;
/** Of one address: whoever brings a checkpoint makes us verify a signature, and a member brings two every second at the most. */
const mostPerSecond = 50;

export type ServedWitness = WitnessDependencies & {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count'>;
  /** Of one address; 0: any number. */
  readonly requestsPerSecond?: number;
};

/** The status of each verdict, by the specification. */
const refusals = {
  malformed: ['malformed', 'the body is no request to add a checkpoint'],
  'unknown-origin': ['not-found', 'this witness knows no log of that origin'],
  unsigned: ['forbidden', 'the checkpoint is not signed by its log'],
  equivocation: ['invalid', 'the log has signed another tree of this size, which this witness cosigned'],
  unproven: ['invalid', 'the proof does not show that this tree goes on from the one that this witness cosigned'],
} as const;

const addCheckpointRoute =
  (served: ServedWitness): RequestHandler =>
  async (req, res) => {
    const verdict = await addCheckpoint(served, utf8(bodyBytes(req) ?? new Uint8Array()));
    served.metrics.count('chartseal_witness_requests_total', { outcome: verdict.outcome });
    if (verdict.outcome === 'equivocation' || verdict.outcome === 'unproven')
      served.log.error({ outcome: verdict.outcome }, 'a log showed this witness a tree that it does not cosign');
    send(res, verdict);
  };

const send = (res: Response, verdict: WitnessVerdict): void => {
  res.setHeader('Cache-Control', 'no-store');
  if (verdict.outcome === 'cosigned') {
    sendText(res, 200, `${verdict.line}\n`, 'text/plain');
  } else if (verdict.outcome === 'other-size') {
    res.status(409);
    // No charset: the specification says what the type is, and clients compare it.
    res.setHeader('Content-Type', witnessSizeType);
    res.end(`${verdict.size}\n`);
  } else {
    const [kind, message] = refusals[verdict.outcome];
    throw new ChartsealError(kind, message);
  }
};

const forksRoute =
  (witnessed: Pick<WitnessStore, 'forks'>): RequestHandler =>
  async (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache');
    sendText(res, 200, JSON.stringify({ forks: await witnessed.forks() }), 'application/json');
  };

const verifierKeyRoute =
  ({ identity: { key } }: ServedWitness): RequestHandler =>
  (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache');
    sendText(res, 200, `${formatCosignerKey(key)}\n`, 'text/plain');
  };

/**
 * This hospital as a witness of the others' logs, mounted at `/witness`. Public: a checkpoint is worth what its log's signature is, and the evidence of forks is
 * for everyone.
 */
export const createWitnessRouter = (served: ServedWitness): Router => {
  const router = Router({ caseSensitive: true });
  const limit = createRateLimit({ perSecond: served.requestsPerSecond ?? mostPerSecond });
  const limited: RequestHandler = async (req, _res, next) => {
    await limit.take(callerAddress(req));
    next();
  };
  route(router, '/add-checkpoint', { post: [limited, readBytes(bodyLimitBytes), addCheckpointRoute(served)] });
  route(router, '/verifier-key', { get: verifierKeyRoute(served) });
  route(router, '/forks', { get: forksRoute(served.witnessed) });
  return router;
};
