import { ChartsealError } from '@chartseal/ports';

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

/** First word of what the server answered, where it is a code. */
const replyOf = (error: unknown): string =>
  error instanceof Error && error.name === 'ReplyError'
    ? (/^[A-Z]{2,20}(?= |$)/.exec(error.message)?.[0] ?? 'ERR')
    : '';

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^WRONGPASS$/, 'REDIS_USERNAME or REDIS_PASSWORD_FILE is wrong: it does not let this user in'],
  [/^NOAUTH$/, 'REDIS_USERNAME is missing: it asks who is there'],
  [/^NOPERM$/, 'the user in REDIS_USERNAME may do too little: allow it ping, get and set on the keys chartseal:*'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'REDIS_URL names a host that its certificate does not name'],
  [/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/, 'its certificate is not valid now (REDIS_URL): renew it'],
  [
    /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/,
    'REDIS_CA_FILE is not the authority of the certificate that it shows',
  ],
  [/^(?:ERR_SSL|EPROTO)/, 'REDIS_URL says rediss, but what answers there does not speak TLS: check host and port'],
  [/^(?:ERR|ERR_REDIS_NONSENSE)$/, 'what REDIS_URL names does not answer as Redis does: check host and port'],
];

/** Whether the server gave an answer, be it a no: it is there. */
export const isAnswer = (error: unknown): boolean => replyOf(error) !== '';

/** Whether the error says by a code what is the matter. */
export const isTold = (error: unknown): boolean => isAnswer(error) || codeOf(error) !== '';

/** `misconfigured` where waiting will not help, else `store-unavailable`. It names codes alone: messages of the driver repeat commands. */
export const asChartsealError = (error: unknown): ChartsealError => {
  if (error instanceof ChartsealError) return error;
  const code = [replyOf(error), codeOf(error)].find((each) => each !== '') ?? 'no answer';
  const remedy = remedies.find(([pattern]) => pattern.test(code))?.[1];
  return remedy === undefined
    ? new ChartsealError('store-unavailable', `Redis is away (${code})`, {}, { cause: error })
    : new ChartsealError('misconfigured', `Redis refuses this gateway (${code}): ${remedy}`, {}, { cause: error });
};
