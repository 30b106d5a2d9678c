import type { OutgoingEvent } from '@chartseal/ports';
import type { IHeaders } from 'kafkajs';

/** Of a header that a stranger repeated the last counts, as Kafka's own `lastHeader` has it; one of null is none. */
const textOf = (value: IHeaders[string]): string | undefined => {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
};

/** Headers as the port has them: text, absent where there are none. */
export const headersOf = (headers: IHeaders | undefined): Pick<OutgoingEvent, 'headers'> => {
  const texts = Object.entries(headers ?? {}).flatMap(([name, value]): [string, string][] => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text]];
  });
  return texts.length === 0 ? {} : { headers: Object.fromEntries(texts) };
};
