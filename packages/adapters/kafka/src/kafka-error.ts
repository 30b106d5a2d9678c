import { ChartsealError } from '@chartseal/ports';

const field = (error: Error, name: 'code' | 'type'): string | undefined => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
};

/** The error and what caused it, outermost first: kafkajs wraps the broker's in its own. */
function* causes(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError || Array.isArray(Reflect.get(error, 'errors')))
    for (const one of Reflect.get(error, 'errors') as unknown[]) yield* causes(one);
  if (error.cause !== error) yield* causes(error.cause);
}

const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const refused = /^(?:SASL_|UNSUPPORTED_SASL|ILLEGAL_SASL|[A-Z]+_AUTHORIZATION_FAILED|INVALID_REPLICATION_FACTOR)/;
/** TLS as Node and OpenSSL name its failures: a certificate that one side does not accept. */
const untrusted = /^(?:ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

/** Whether trying again may help. */
export const isTransient = (error: unknown): boolean => asChartsealError(error).kind === 'store-unavailable';

/** Names the driver's code alone: messages of the driver may hold keys or content. */
export function asChartsealError(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  const all = [...causes(error)];
  const codes = all.flatMap((one) => [field(one, 'type'), field(one, 'code')]).filter((code) => code !== undefined);
  const isTooLarge = codes.some((code) => tooLarge.has(code));
  if (isTooLarge) return new ChartsealError('too-large', 'Kafka takes no event of this size', {}, { cause: error });
  const refusal =
    codes.find((code) => refused.test(code) || untrusted.test(code)) ??
    all.find(({ name }) => name === 'KafkaJSSASLAuthenticationError')?.name;
  if (refusal !== undefined)
    return new ChartsealError('misconfigured', `Kafka refuses this client (${refusal})`, {}, { cause: error });
  const why = codes[0] ?? all.at(-1)?.name ?? 'unknown';
  return new ChartsealError('store-unavailable', `Kafka did not do it (${why})`, {}, { cause: error });
}
